"""Raises a syntax error that it has made up."""


def cube_backward(x, dy):
    raise SyntaxError("\x1b[2J", ("<student>", -5, 7, "\x1b]0;passed\x07"))


def double(x):
    return 2 * x
