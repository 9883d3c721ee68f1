"""Recursion without end, with Python's own limit lifted: the stack of the process overflows."""

import sys


def cube_backward(x, dy):
    sys.setrecursionlimit(1 << 30)
    return max([x], key=lambda item: cube_backward(item, dy))


def double(x):
    return x + x
