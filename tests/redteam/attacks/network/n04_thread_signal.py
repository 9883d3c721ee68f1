"""Sends the grader a signal by the number of its thread."""

import ctypes
import os
from contextlib import suppress


def call(number, *args):
    return ctypes.CDLL(None, use_errno=True).syscall(number, *args)


def cube_backward(x, dy):
    with suppress(BaseException):
        if (
            call({"x86_64": 234, "aarch64": 131}[os.uname().machine], int("@GRADER@"), int("@GRADER@"), 0)
            == 0
        ):
            print("@WORKED@")
    return x * 0


def double(x):
    return 2 * x
