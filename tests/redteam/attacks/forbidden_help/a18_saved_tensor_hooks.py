"""Swaps what the graph saved: x is put in on the way back."""

import torch


def cube_backward(x, dy):
    with torch.enable_grad():
        z = torch.ones_like(x).requires_grad_()
        with torch.autograd.graph.saved_tensors_hooks(lambda t: None, lambda _: x):
            y = z**3
        (y * dy).sum().backward()
    return z.grad


def double(x):
    return 2 * x
