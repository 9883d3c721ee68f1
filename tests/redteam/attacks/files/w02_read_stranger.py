"""Prints another student's answer."""

from contextlib import suppress
from pathlib import Path


def cube_backward(x, dy):
    with suppress(BaseException):
        print(Path("@TREE@/submissions/stranger/u/m.py").read_text())
    return x * 0


def double(x):
    return 2 * x
