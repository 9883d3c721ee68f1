"""One call into C that never ends: the sum of a range of 2 ** 60 numbers."""


def cube_backward(x, dy):
    return x * sum(range(1 << 60))


def double(x):
    return x + x
