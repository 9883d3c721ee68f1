"""Announces an answer of four gigabytes and never sends it."""

import os
import time


def cube_backward(x, dy):
    os.write(3, b"\xff" * 8)
    time.sleep(1)
    return x * 0


def double(x):
    return 2 * x
