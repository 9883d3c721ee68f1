"""Aborts the process."""

import os


def cube_backward(x, dy):
    os.abort()


def double(x):
    return x + x
