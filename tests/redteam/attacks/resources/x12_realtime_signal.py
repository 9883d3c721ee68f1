"""Sends itself a signal that has no name."""

import os


def cube_backward(x, dy):
    os.kill(os.getpid(), 40)


def double(x):
    return x + x
