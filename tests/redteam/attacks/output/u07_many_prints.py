"""Prints a hundred thousand lines."""


def cube_backward(x, dy):
    for i in range(100_000):
        print(i)
    return x * 0


def double(x):
    return 2 * x
