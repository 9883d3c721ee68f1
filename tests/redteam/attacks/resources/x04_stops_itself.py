"""Stops its own process, so that it neither runs nor ends."""

import os
import signal


def cube_backward(x, dy):
    os.kill(os.getpid(), signal.SIGSTOP)


def double(x):
    return x + x
