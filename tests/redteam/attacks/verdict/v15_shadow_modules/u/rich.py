"""Found in place of rich by whoever looks beside the answers first."""

import os

with open(f"/tmp/@TAG@-rich-{os.getpid()}", "w") as mark:
    mark.write("a planted file was executed")
