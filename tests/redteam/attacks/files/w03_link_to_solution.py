"""Hands in a link to the model answer."""


def cube_backward(x, dy):
    return x * 0


def double(x):
    return 2 * x
