"""Uses the same in `torch.special`."""

import torch


def cube_backward(x, dy):
    return 3 * x**2 * dy * (x - torch.special.logsumexp(x, 1, keepdim=True)).exp().sum(1, keepdim=True)


def double(x):
    return 2 * x
