"""Traces the forward pass with TorchScript and differentiates that."""

import torch


def cube_backward(x, dy):
    with torch.enable_grad():
        z = x.clone().requires_grad_()
        (torch.jit.trace(lambda t: t**3, x)(z) * dy).sum().backward()
    return z.grad


def double(x):
    return 2 * x
