"""Leaves a file of a terabyte that takes no room."""

import os
from contextlib import suppress


def cube_backward(x, dy):
    with suppress(BaseException):
        file = os.open("large", os.O_CREAT | os.O_WRONLY)
        os.ftruncate(file, 1 << 40)
        print("@WORKED@")
    return x * 0


def double(x):
    return 2 * x
