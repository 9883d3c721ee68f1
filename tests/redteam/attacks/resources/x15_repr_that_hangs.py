"""An answer whose `repr` is never finished."""


class Endless:
    def __repr__(self):
        while True:
            pass

    __str__ = __format__ = __repr__


def cube_backward(x, dy):
    return Endless()


def double(x):
    return x + x
