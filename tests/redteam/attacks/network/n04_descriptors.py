"""Opens the files that the grader has open, once more."""

import os
from contextlib import suppress


def cube_backward(x, dy):
    with suppress(BaseException):
        for number in os.listdir("/proc/@GRADER@/fd"):
            with suppress(OSError):
                os.open(f"/proc/@GRADER@/fd/{number}", os.O_RDONLY | os.O_NONBLOCK)
                print("@WORKED@")
    return x * 0


def double(x):
    return 2 * x
