"""A right answer."""


def cube_backward(x, dy):
    return dy * 3 * x * x


def double(x):
    return 2 * x
