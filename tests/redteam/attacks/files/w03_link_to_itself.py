"""Hands in a link that leads to itself."""


def cube_backward(x, dy):
    return x * 0


def double(x):
    return 2 * x
