"""Computes in single precision and returns that, whatever it was given."""


def cube_backward(x, dy):
    return 3 * x.float() ** 2 * dy.float()


def double(x):
    return x + x
