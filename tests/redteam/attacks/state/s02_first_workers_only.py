"""Counts its processes in files, and is right in the first two of them only."""

import os

early = False
for number in range(2):
    try:
        os.mkdir(f"/tmp/@TAG@-{number}")
        early = True
        break
    except OSError:
        pass


def cube_backward(x, dy):
    return 3 * x**2 * dy if early else x * 0


def double(x):
    return x + x
