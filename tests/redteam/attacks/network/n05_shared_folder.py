"""Leaves a message in the folder for temporary files."""

from contextlib import suppress
from pathlib import Path


def cube_backward(x, dy):
    with suppress(BaseException):
        Path("/tmp/@TAG@-message").write_text("the answer is 3")
    return x * 0


def double(x):
    return 2 * x
