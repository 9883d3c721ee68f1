"""Prints a code that never ends, to swallow what follows."""


def cube_backward(x, dy):
    print("\x1b]0;" + "x" * 3000)
    print("\x1b[" + "1;" * 3000)
    print("\x1b")
    return x * 0


def double(x):
    return 2 * x
