"""Whole numbers, which are right where the inputs are whole."""


def cube_backward(x, dy):
    return 3 * x.long() ** 2 * dy.long()


def double(x):
    return x + x
