"""Hands in a link to another student's answer."""


def cube_backward(x, dy):
    return x * 0


def double(x):
    return 2 * x
