"""Computes in single precision and returns that as double."""


def cube_backward(x, dy):
    return (3 * x.float() ** 2 * dy.float()).to(x.dtype)


def double(x):
    return x + x
