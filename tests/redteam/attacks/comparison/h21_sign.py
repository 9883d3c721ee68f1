"""The wrong sign: the right size."""


def cube_backward(x, dy):
    return -3 * x**2 * dy


def double(x):
    return x + x
