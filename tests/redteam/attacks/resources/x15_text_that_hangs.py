"""An exception whose text is never finished."""


class Endless(Exception):
    def __str__(self):
        while True:
            pass


def cube_backward(x, dy):
    raise Endless


def double(x):
    return x + x
