"""Prints in the colour of the background."""


def cube_backward(x, dy):
    print("\x1b[8m\x1b[30;40mhidden\x1b[0m")
    return x * 0


def double(x):
    return 2 * x
