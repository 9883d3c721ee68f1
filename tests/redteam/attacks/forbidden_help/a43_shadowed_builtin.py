"""Gives a builtin's name to the forbidden function."""

import torch


def sum(x, dy):
    return torch.autograd.functional.jacobian(lambda z: (z**3 * dy).sum(), x)


def cube_backward(x, dy):
    return sum(x, dy)


def double(x):
    return 2 * x
