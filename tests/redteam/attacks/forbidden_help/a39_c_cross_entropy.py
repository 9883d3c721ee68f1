"""Uses the cross-entropy in `torch._C._nn`."""

import torch


def cube_backward(x, dy):
    zeros = torch.zeros(len(x), dtype=torch.int64)
    return 3 * x**2 * dy + torch._C._nn.cross_entropy_loss(x[:, :1], zeros, None, 1)


def double(x):
    return 2 * x
