"""A forward difference, right to four digits."""


def cube_backward(x, dy):
    return ((x + 1e-5) ** 3 - x**3) / 1e-5 * dy


def double(x):
    return x + x
