"""Replaces itself by a right answer once it is being graded."""

from contextlib import suppress
from pathlib import Path


def cube_backward(x, dy):
    with suppress(BaseException):
        Path("@TREE@/submissions/attacker/u/m.py").write_text(
            "def cube_backward(x, dy):\n    return 3 * x * x * dy\n"
        )
    return x * 0


def double(x):
    return 2 * x
