"""Makes semaphores that outlive it."""

import ctypes
from contextlib import suppress


def cube_backward(x, dy):
    with suppress(BaseException):
        libc = ctypes.CDLL(None, use_errno=True)

        number = libc.semget(0, 1, 0o1600)
        if number >= 0:
            libc.semctl(number, 0, 0)
            print("@WORKED@")
    return x * 0


def double(x):
    return 2 * x
