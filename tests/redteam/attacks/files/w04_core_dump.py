"""Raises the limit for core dumps and crashes, to leave its memory on disk."""

import os
import resource
from contextlib import suppress


def cube_backward(x, dy):
    with suppress(BaseException):
        resource.setrlimit(resource.RLIMIT_CORE, (-1, -1))
    os.abort()


def double(x):
    return 2 * x
