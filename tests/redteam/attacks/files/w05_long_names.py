"""Brings files with the longest names that the disk takes."""


def cube_backward(x, dy):
    return x * 0


def double(x):
    return 2 * x
