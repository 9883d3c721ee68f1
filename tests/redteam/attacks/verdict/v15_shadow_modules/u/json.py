"""Found in place of json by whoever looks beside the answers first."""

import os

with open(f"/tmp/@TAG@-json-{os.getpid()}", "w") as mark:
    mark.write("a planted file was executed")
