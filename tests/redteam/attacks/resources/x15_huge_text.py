"""An exception with a text of twenty million letters."""


class Huge(Exception):
    def __str__(self):
        return "z" * 20_000_000


def cube_backward(x, dy):
    raise Huge


def double(x):
    return x + x
