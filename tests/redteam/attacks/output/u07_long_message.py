"""Raises an exception with a text of ten million letters."""


def cube_backward(x, dy):
    raise ValueError("x" * 10_000_000)


def double(x):
    return 2 * x
