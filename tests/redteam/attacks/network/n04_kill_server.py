"""Kills the process that made it."""

import os
import signal
from contextlib import suppress


def cube_backward(x, dy):
    with suppress(BaseException):
        os.kill(os.getppid(), signal.SIGKILL)
    return x * 0


def double(x):
    return 2 * x
