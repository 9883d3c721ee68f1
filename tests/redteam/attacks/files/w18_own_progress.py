"""Brings a history in which everything is done."""


def cube_backward(x, dy):
    return x * 0


def double(x):
    return 2 * x
