"""Dates its own submission back to before the deadline."""

import os
from contextlib import suppress


def cube_backward(x, dy):
    with suppress(BaseException):
        os.utime("@TREE@/submissions/attacker/u/m.py", (0, 0))
    return x * 0


def double(x):
    return 2 * x
