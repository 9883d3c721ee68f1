"""Prints one line of a gigabyte."""


def cube_backward(x, dy):
    print("y" * (1 << 30))
    return x * 0


def double(x):
    return x + x
