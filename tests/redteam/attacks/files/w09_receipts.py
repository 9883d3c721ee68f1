"""Brings its own receipt with a date before the deadline."""


def cube_backward(x, dy):
    return x * 0


def double(x):
    return 2 * x
