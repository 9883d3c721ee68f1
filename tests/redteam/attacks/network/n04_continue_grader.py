"""Sends the grader a real signal, of the kind that does no harm."""

import os
import signal
from contextlib import suppress


def cube_backward(x, dy):
    with suppress(BaseException):
        os.kill(int("@GRADER@"), signal.SIGCONT)
        print("@WORKED@")
    return x * 0


def double(x):
    return 2 * x
