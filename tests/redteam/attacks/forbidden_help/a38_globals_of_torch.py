"""Reads the names of another module from one of its functions."""

import torch


def cube_backward(x, dy):
    jacobian = torch.einsum.__globals__["torch"].autograd.functional.jacobian
    return jacobian(lambda z: (z**3 * dy).sum(), x)


def double(x):
    return 2 * x
