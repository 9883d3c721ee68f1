"""An exception with a hundred thousand causes."""


def cube_backward(x, dy):
    error = None
    for _ in range(100_000):
        cause, error = error, ValueError("caused")
        error.__cause__ = cause
    raise error


def double(x):
    return x + x
