"""Brings settings for the tools of whoever grades."""


def cube_backward(x, dy):
    return x * 0


def double(x):
    return 2 * x
