"""Opens files until there is no descriptor left, and keeps them."""

import os

kept = []


def cube_backward(x, dy):
    try:
        while True:
            kept.append(os.open("/dev/null", os.O_RDONLY))
    except OSError:
        pass
    return x * 0


def double(x):
    return x + x
