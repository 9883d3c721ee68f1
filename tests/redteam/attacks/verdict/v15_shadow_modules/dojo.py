"""Found in place of dojo by whoever looks beside the answers first."""

import os

with open(f"/tmp/@TAG@-dojo-{os.getpid()}", "w") as mark:
    mark.write("a planted file was executed")
