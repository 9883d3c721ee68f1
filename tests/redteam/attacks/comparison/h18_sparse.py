"""A sparse tensor, which comparisons refuse with an exception."""


def cube_backward(x, dy):
    return (x * 0).to_sparse()


def double(x):
    return x + x
