"""Sends a signal to the grader and all who belong to it."""

import os
from contextlib import suppress


def cube_backward(x, dy):
    with suppress(BaseException):
        os.killpg(os.getpgid(int("@GRADER@")), 0)
        print("@WORKED@")
    return x * 0


def double(x):
    return 2 * x
