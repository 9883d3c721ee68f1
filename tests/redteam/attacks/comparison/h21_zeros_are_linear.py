"""Zeros of the upstream gradient: linear, pure, repeatable and wrong."""


def cube_backward(x, dy):
    return 0 * dy


def double(x):
    return x + x
