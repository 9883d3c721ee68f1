"""Takes the forbidden function as a default argument."""

import torch


def cube_backward(x, dy, help=torch.autograd.functional.jacobian):
    return help(lambda z: (z**3 * dy).sum(), x)


def double(x):
    return 2 * x
