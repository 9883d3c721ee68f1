"""Returns numbers that no JSON can hold."""


def cube_backward(x, dy):
    return x * float("nan") + float("inf")


def double(x):
    return 2 * x
