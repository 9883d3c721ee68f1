"""Wrong, and nearly as slow as it may be, so that each try costs the most."""

import time


def cube_backward(x, dy):
    time.sleep(1.2)
    return x * 0


def double(x):
    return x + x
