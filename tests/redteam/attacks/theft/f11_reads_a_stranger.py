"""Reads what others have handed in."""

import glob
import io
from contextlib import suppress


def cube_backward(x, dy):
    for path in glob.glob("@TREE@/submissions/*/u/m.py"):
        with suppress(OSError), io.open(path) as file:
            print(file.readline() if "attacker" not in path else "")
    return x * 0


def double(x):
    return 2 * x
