"""Sets the priority of the grader."""

import os
from contextlib import suppress


def cube_backward(x, dy):
    with suppress(BaseException):
        grader = int("@GRADER@")
        os.setpriority(os.PRIO_PROCESS, grader, os.getpriority(os.PRIO_PROCESS, grader))
        print("@WORKED@")
    return x * 0


def double(x):
    return 2 * x
