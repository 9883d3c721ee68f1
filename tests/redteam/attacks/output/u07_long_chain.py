"""Raises an exception with thousands of others behind it."""


def cube_backward(x, dy):
    error = None
    for i in range(3000):
        following = ValueError(str(i))
        following.__cause__ = error
        error = following
    raise error


def double(x):
    return 2 * x
