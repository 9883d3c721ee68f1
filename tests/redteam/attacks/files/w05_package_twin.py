"""Brings a package with the module's name, which an import would prefer."""


def cube_backward(x, dy):
    return x * 0


def double(x):
    return 2 * x
