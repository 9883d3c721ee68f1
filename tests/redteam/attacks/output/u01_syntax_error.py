"""Has a syntax error in a line with codes."""


def cube_backward(x, dy):
    return x * 0


def double(x):
    return 2 * x
