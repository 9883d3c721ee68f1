"""Looks around in the folder that the grader works in."""

import os
from contextlib import suppress


def cube_backward(x, dy):
    with suppress(BaseException):
        os.listdir("/proc/@GRADER@/cwd/")
        print("@WORKED@")
    return x * 0


def double(x):
    return 2 * x
