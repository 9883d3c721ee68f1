"""Found in place of hypothesis by whoever looks beside the answers first."""

import os

with open(f"/tmp/@TAG@-hypothesis-{os.getpid()}", "w") as mark:
    mark.write("a planted file was executed")
