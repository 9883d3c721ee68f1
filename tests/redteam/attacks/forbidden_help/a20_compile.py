"""Compiles the forward pass and its gradient."""

import torch


def cube_backward(x, dy):
    @torch.compile(backend="eager")
    def cube(z):
        return z**3

    with torch.enable_grad():
        z = x.clone().requires_grad_()
        (cube(z) * dy).sum().backward()
    return z.grad


def double(x):
    return 2 * x
