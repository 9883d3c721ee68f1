"""Spoils another student's submission."""

from contextlib import suppress
from pathlib import Path


def cube_backward(x, dy):
    with suppress(BaseException):
        Path("@TREE@/submissions/stranger/u/m.py").write_text("raise SystemExit")
    return x * 0


def double(x):
    return 2 * x
