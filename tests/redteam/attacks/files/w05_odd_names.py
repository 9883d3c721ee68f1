"""Brings files with line breaks, escape codes and turned writing in their names."""


def cube_backward(x, dy):
    return x * 0


def double(x):
    return 2 * x
