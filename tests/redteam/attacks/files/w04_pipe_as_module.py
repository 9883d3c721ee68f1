"""Hands in a pipe that nobody writes to."""


def cube_backward(x, dy):
    return x * 0


def double(x):
    return 2 * x
