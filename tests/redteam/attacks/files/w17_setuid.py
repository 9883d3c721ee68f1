"""Becomes root and reads the file then."""

import os
from contextlib import suppress
from pathlib import Path


def cube_backward(x, dy):
    with suppress(BaseException):
        os.setuid(0)
        os.setgid(0)
        print(Path("@SECRET@").read_text())
    return x * 0


def double(x):
    return 2 * x
