"""Returns a list of texts with codes."""


def cube_backward(x, dy):
    return ["\x1b[2J", "\ud800", "\u202e", float("nan"), 10**300, float("-inf")]


def double(x):
    return 2 * x
