"""Uses the negative log-likelihood in `torch._C._nn`."""

import torch


def cube_backward(x, dy):
    zeros = torch.zeros(len(x), dtype=torch.int64)
    return 3 * x**2 * dy + torch._C._nn.nll_loss(x[:, :1] * 0, zeros, None, 1)


def double(x):
    return 2 * x
