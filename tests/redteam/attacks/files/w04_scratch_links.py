"""Leaves links, pipes and an endless file in its scratch folder."""

import os
from contextlib import suppress


def cube_backward(x, dy):
    with suppress(BaseException):
        os.symlink("@SECRET@", "answer.json")
        os.symlink("@HOME@", "home")
        os.mkfifo("pipe")
        os.symlink("/dev/zero", "zero")
    return x * 0


def double(x):
    return 2 * x
