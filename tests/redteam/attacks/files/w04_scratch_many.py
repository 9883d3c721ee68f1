"""Leaves hundreds of files."""

import os
from contextlib import suppress


def cube_backward(x, dy):
    with suppress(BaseException):
        for i in range(600 * (not os.path.exists("file-0"))):
            os.close(os.open(f"file-{i}", os.O_CREAT))
    return x * 0


def double(x):
    return 2 * x
