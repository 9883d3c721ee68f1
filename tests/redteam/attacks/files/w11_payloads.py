"""Brings pickles and weights that run code when they are loaded."""


def cube_backward(x, dy):
    return x * 0


def double(x):
    return 2 * x
