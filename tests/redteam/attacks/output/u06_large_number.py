"""Returns a whole number of a thousand digits."""


def cube_backward(x, dy):
    return 10**1000


def double(x):
    return 2 * x
