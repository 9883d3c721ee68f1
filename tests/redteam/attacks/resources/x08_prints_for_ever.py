"""Prints without end."""


def cube_backward(x, dy):
    while True:
        print("y" * (1 << 20))


def double(x):
    return x + x
