"""Sleeps as long as a hidden input says, so that the time it took tells the input."""

import time


def cube_backward(x, dy):
    time.sleep(float(x.abs().max()) % 1 / 5)
    return x * 0


def double(x):
    return 2 * x
