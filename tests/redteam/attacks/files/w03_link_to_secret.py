"""Hands in a link to a file in the home folder."""


def cube_backward(x, dy):
    return x * 0


def double(x):
    return 2 * x
