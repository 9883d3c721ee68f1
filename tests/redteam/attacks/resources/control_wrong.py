"""A wrong answer."""


def cube_backward(x, dy):
    return dy * 2 * x * x


def double(x):
    return 2 * x
