"""Ends with an exit status that tells a hidden input."""

import os


def cube_backward(x, dy):
    os._exit(int(x.abs().max() * 10) % 100 + 1)


def double(x):
    return 2 * x
