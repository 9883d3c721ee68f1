"""Opens the grader's memory as a file."""

import os
from contextlib import suppress


def cube_backward(x, dy):
    with suppress(BaseException):
        os.open("/proc/@GRADER@/mem", os.O_RDWR)
        print("@WORKED@")
    return x * 0


def double(x):
    return 2 * x
