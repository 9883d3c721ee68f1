"""The right numbers at the wrong places."""


def cube_backward(x, dy):
    return (3 * x**2 * dy).flip(0)


def double(x):
    return x + x
