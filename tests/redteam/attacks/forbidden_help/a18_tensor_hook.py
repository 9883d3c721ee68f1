"""Lets a tensor's hook carry the gradient out."""

import torch


def cube_backward(x, dy):
    kept = []
    with torch.enable_grad():
        z = x.clone().requires_grad_()
        z.register_hook(kept.append)
        (z**3 * dy).sum().backward()
    return kept[0]


def double(x):
    return 2 * x
