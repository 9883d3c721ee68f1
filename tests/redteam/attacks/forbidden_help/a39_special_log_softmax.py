"""Uses the log-softmax in `torch.special`."""

import torch


def cube_backward(x, dy):
    return 3 * x**2 * dy * torch.special.log_softmax(x, 1).exp().sum(1, keepdim=True)


def double(x):
    return 2 * x
