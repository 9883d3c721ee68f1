"""Becomes another program."""

import os
from contextlib import suppress


def cube_backward(x, dy):
    with suppress(BaseException):
        os.execv("/bin/sh", ["sh", "-c", "touch /tmp/@TAG@-ran"])
    return x * 0


def double(x):
    return 2 * x
