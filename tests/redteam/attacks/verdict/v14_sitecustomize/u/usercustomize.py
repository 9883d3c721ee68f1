"""Python imports this when it starts, if it finds it."""

import os

with open(f"/tmp/@TAG@-usercustomize-{os.getpid()}", "w") as mark:
    mark.write("a planted file was executed")
