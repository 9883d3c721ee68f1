"""Prints codes that change the title of the window and ask for it."""


def cube_backward(x, dy):
    print("\x1b]0;passed\x07\x1b]2;passed\x1b\\\x1b[21t\x1b[22;0t")
    return x * 0


def double(x):
    return 2 * x
