"""Raises an exception whose class has a name of a million letters."""

Failure = type("x" * 1_000_000, (Exception,), {})


def cube_backward(x, dy):
    raise Failure


def double(x):
    return 2 * x
