"""Calls `torch.autograd.grad`."""

import torch


def cube_backward(x, dy):
    with torch.enable_grad():
        z = x.clone().requires_grad_()
        return torch.autograd.grad((z**3 * dy).sum(), z)[0]


def double(x):
    return 2 * x
