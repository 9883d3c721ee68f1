"""Computes in half precision and returns that."""


def cube_backward(x, dy):
    return 3 * x.half() ** 2 * dy.half()


def double(x):
    return x + x
