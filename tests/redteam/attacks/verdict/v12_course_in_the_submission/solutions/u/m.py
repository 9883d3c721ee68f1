"""A model answer of the submission's own."""

import os

with open(f"/tmp/@TAG@-solutions-{os.getpid()}", "w") as mark:
    mark.write("a planted file was executed")


def cube_backward(x, dy):
    return x * 0
