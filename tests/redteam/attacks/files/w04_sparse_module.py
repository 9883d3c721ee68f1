"""Hands in a module of a terabyte that takes no room."""


def cube_backward(x, dy):
    return x * 0


def double(x):
    return 2 * x
