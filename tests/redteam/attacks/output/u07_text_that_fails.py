"""Raises an exception that raises another when it is shown."""


class Failure(Exception):
    def __str__(self):
        raise SystemExit(0)

    __repr__ = __str__


def cube_backward(x, dy):
    raise Failure


def double(x):
    return 2 * x
