"""Off by a millionth everywhere."""


def cube_backward(x, dy):
    return 3.000003 * x**2 * dy


def double(x):
    return x + x
