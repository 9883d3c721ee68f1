"""Lets a function of `torch.nn.functional` make a product."""

import torch
import torch.nn.functional as F


def cube_backward(x, dy):
    return 3 * x**2 * dy * F.linear(torch.ones_like(x[:, :1]), torch.ones(x.shape[1], 1, dtype=x.dtype))


def double(x):
    return 2 * x
