"""Differentiates with the autograd of `torch.distributed`."""

import torch
from torch.distributed import autograd as far


def cube_backward(x, dy):
    with torch.enable_grad(), far.context() as context:
        z = x.clone().requires_grad_()
        far.backward(context, [(z**3 * dy).sum()])
        return far.get_gradients(context)[z]


def double(x):
    return 2 * x
