"""Raises SystemExit(0) in the call."""


def cube_backward(x, dy):
    raise SystemExit(0)


def double(x):
    return 2 * x
