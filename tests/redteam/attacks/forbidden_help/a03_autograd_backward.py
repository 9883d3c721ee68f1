"""Calls `torch.autograd.backward`, under another name."""

import torch
from torch.autograd import backward as go


def cube_backward(x, dy):
    with torch.enable_grad():
        z = x.clone().requires_grad_()
        go((z**3 * dy).sum())
    return z.grad


def double(x):
    return 2 * x
