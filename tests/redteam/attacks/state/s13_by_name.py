"""The right rows in a dict, in whatever order."""


def cube_backward(x, dy):
    return {i: row for i, row in reversed(list(enumerate(3 * x**2 * dy)))}


def double(x):
    return x + x
