"""A right answer in an object of its own."""


class Cube:
    """A layer that remembers its input."""

    def __init__(self, x):
        self._x = x

    def __call__(self, dy):
        return 3 * self._x**2 * dy


def cube_backward(x, dy):
    return Cube(x)(dy)


def double(x):
    return 2 * x
