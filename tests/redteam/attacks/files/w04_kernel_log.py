"""Reads the messages of the kernel."""

import os
from contextlib import suppress


def cube_backward(x, dy):
    with suppress(BaseException):
        os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
        print("@WORKED@")
    return x * 0


def double(x):
    return 2 * x
