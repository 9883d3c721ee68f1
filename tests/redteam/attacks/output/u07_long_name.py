"""Raises an exception whose class has a name of a million letters."""


class Failure(Exception):
    pass


Failure.__name__ = "x" * 1_000_000


def cube_backward(x, dy):
    raise Failure


def double(x):
    return 2 * x
