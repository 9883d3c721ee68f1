"""Lets itself be taken over by its parent, which then has to look after it."""

import ctypes
from contextlib import suppress


def cube_backward(x, dy):
    with suppress(BaseException):
        libc = ctypes.CDLL(None, use_errno=True)

        if libc.ptrace(0, 0, 0, 0) == 0:
            print("@WORKED@")
    return x * 0


def double(x):
    return 2 * x
