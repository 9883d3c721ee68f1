"""Looks around in the first process's view of the file system."""

import os
from contextlib import suppress


def cube_backward(x, dy):
    with suppress(BaseException):
        os.listdir("/proc/1/root/etc")
        print("@WORKED@")
    return x * 0


def double(x):
    return 2 * x
