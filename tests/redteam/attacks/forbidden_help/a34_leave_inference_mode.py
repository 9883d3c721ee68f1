"""Leaves inference mode from inside it."""

import torch


@torch.inference_mode()
def cube_backward(x, dy):
    with torch.inference_mode(False), torch.enable_grad():
        z = x.clone().requires_grad_()
        (z**3 * dy).sum().backward()
        return z.grad.clone()


def double(x):
    return 2 * x
