"""Prints a link that says one thing and leads to another."""


def cube_backward(x, dy):
    print("\x1b]8;;file:///etc/passwd\x1b\\see the solution\x1b]8;;\x1b\\")
    return x * 0


def double(x):
    return 2 * x
