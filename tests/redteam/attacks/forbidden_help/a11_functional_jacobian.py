"""Calls `torch.autograd.functional.jacobian`."""

from torch.autograd.functional import jacobian


def cube_backward(x, dy):
    return jacobian(lambda z: (z**3 * dy).sum(), x)


def double(x):
    return 2 * x
