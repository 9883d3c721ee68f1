"""An exception that has passed through a thousand calls of the answer."""

import sys


def deeper(n):
    return and_deeper(n - 1) if n else 1 / 0


def and_deeper(n):
    return deeper(n - 1) if n else 1 / 0


def cube_backward(x, dy):
    sys.setrecursionlimit(20_000)
    return deeper(9000)


def double(x):
    return x + x
