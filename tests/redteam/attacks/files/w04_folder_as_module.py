"""Hands in a folder with the name of the module."""


def cube_backward(x, dy):
    return x * 0


def double(x):
    return 2 * x
