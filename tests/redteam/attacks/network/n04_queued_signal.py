"""Sends the grader a signal with a message in it."""

import ctypes
from contextlib import suppress


def cube_backward(x, dy):
    with suppress(BaseException):
        value = ctypes.c_void_p()
        if ctypes.CDLL(None).sigqueue(int("@GRADER@"), 0, value) == 0:
            print("@WORKED@")
    return x * 0


def double(x):
    return 2 * x
