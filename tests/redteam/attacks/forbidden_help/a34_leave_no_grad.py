"""Leaves `no_grad` from inside it."""

import torch


@torch.no_grad()
def cube_backward(x, dy):
    torch.set_grad_enabled(True)
    z = x.clone().requires_grad_()
    (z**3 * dy).sum().backward()
    return z.grad


def double(x):
    return 2 * x
