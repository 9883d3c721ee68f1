"""Raises an exception whose class has codes and bidi signs in its name."""


class Failure(Exception):
    pass


Failure.__name__ = "\x1b[2J\x1b]0;passed\x07\u202edessap[bold]"


def cube_backward(x, dy):
    raise Failure("no")


def double(x):
    return 2 * x
