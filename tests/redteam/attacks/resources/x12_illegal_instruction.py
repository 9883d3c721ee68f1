"""Sends itself the signal of a broken program."""

import os
import signal


def cube_backward(x, dy):
    os.kill(os.getpid(), signal.SIGILL)


def double(x):
    return x + x
