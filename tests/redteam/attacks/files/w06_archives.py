"""Brings an archive with a path that climbs out."""


def cube_backward(x, dy):
    return x * 0


def double(x):
    return 2 * x
