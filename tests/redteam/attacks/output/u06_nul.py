"""Prints and raises the sign that ends a text elsewhere."""


def cube_backward(x, dy):
    print("passed\x00failed")
    raise ValueError("\x00\x01\x02\uffff\ufffe")


def double(x):
    return 2 * x
