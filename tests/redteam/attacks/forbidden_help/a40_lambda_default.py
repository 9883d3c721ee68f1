"""Takes the forbidden function as the default argument of a lambda."""

import torch

cube = lambda x, dy, help=torch.autograd.functional.jacobian: help(lambda z: (z**3 * dy).sum(), x)  # noqa: E731


def cube_backward(x, dy):
    return cube(x, dy)


def double(x):
    return 2 * x
