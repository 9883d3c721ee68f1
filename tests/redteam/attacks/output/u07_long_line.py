"""Prints a single line of ten million letters."""


def cube_backward(x, dy):
    print("x" * 10_000_000)
    return x * 0


def double(x):
    return 2 * x
