"""Raises an exception that takes for ever to be shown."""


class Failure(Exception):
    def __str__(self):
        while True:
            pass


def cube_backward(x, dy):
    raise Failure


def double(x):
    return 2 * x
