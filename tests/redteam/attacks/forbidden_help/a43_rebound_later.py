"""Binds the function's name anew in a line that runs on import."""

import torch


def cube_backward(x, dy):
    return 0 * x * dy


def helper(x, dy):
    return torch.autograd.functional.jacobian(lambda z: (z**3 * dy).sum(), x)


for cube_backward in [helper]:  # noqa: B007
    pass


def double(x):
    return 2 * x
