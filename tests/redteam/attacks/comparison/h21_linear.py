"""Linear in the upstream gradient, of the right shape, and wrong."""


def cube_backward(x, dy):
    return x * dy


def double(x):
    return x + x
