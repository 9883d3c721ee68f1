"""Looks for files that it has inherited."""

import os
from contextlib import suppress


def cube_backward(x, dy):
    with suppress(BaseException):
        for number in range(4, 4096):
            with suppress(OSError):
                os.fstat(number)
                print("@WORKED@")
    return x * 0


def double(x):
    return 2 * x
