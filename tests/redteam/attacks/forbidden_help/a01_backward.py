"""Calls `backward` on the forward pass."""

import torch


def cube_backward(x, dy):
    with torch.enable_grad():
        z = x.clone().requires_grad_()
        (z**3 * dy).sum().backward()
    return z.grad


def double(x):
    return 2 * x
