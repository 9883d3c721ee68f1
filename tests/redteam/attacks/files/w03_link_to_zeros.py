"""Hands in a link to a device that never ends."""


def cube_backward(x, dy):
    return x * 0


def double(x):
    return 2 * x
