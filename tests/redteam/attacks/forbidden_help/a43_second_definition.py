"""Defines the function twice, the honest one first."""

import torch


def cube_backward(x, dy):
    return 0 * x * dy


def cube_backward(x, dy):  # noqa: F811
    return torch.autograd.functional.jacobian(lambda z: (z**3 * dy).sum(), x)


def double(x):
    return 2 * x
