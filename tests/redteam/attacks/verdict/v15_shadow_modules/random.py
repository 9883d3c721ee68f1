"""Found in place of random by whoever looks beside the answers first."""

import os

with open(f"/tmp/@TAG@-random-{os.getpid()}", "w") as mark:
    mark.write("a planted file was executed")
