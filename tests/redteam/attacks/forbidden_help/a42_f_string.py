"""Computes inside an f-string."""

import torch


def cube_backward(x, dy):
    out = []
    f"{out.append(torch.autograd.functional.jacobian(lambda z: (z**3 * dy).sum(), x))}"
    return out[0]


def double(x):
    return 2 * x
