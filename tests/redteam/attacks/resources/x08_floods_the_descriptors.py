"""Writes to standard output and standard error behind Python's back."""

import os


def cube_backward(x, dy):
    while True:
        for stream in (1, 2):
            os.write(stream, b"y" * (1 << 20))


def double(x):
    return x + x
