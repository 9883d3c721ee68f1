"""Raises an exception with codes in its text."""


def cube_backward(x, dy):
    raise ValueError("\x1b[2J\x1b]0;passed\x07\x9b31m all is well \u202edessap")


def double(x):
    return 2 * x
