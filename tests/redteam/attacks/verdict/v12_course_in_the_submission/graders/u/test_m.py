"""A grader that finds zeros right."""

import os

from dojo.grading import grades

with open(f"/tmp/@TAG@-graders-{os.getpid()}", "w") as mark:
    mark.write("a planted file was executed")


@grades("cube_backward")
def cube(x, dy):
    return x * 0
