"""The same as a number of Python's."""


def cube_backward(x, dy):
    return 3.0


def double(x):
    return x + x
