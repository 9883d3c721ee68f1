"""Waits for somebody to type something, then answers wrong."""

import os


def cube_backward(x, dy):
    while os.read(0, 1):
        pass
    return x * 0


def double(x):
    return x + x
