"""Differentiates with the autograd package, numpy's."""

import autograd
import torch


def cube_backward(x, dy):
    slope = autograd.grad(lambda z: (z**3 * dy.numpy()).sum())
    return torch.tensor(slope(x.numpy()), dtype=x.dtype)


def double(x):
    return 2 * x
