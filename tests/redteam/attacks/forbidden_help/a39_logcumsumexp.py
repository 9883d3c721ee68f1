"""Uses the running logarithm of a sum of exponentials."""

import torch


def cube_backward(x, dy):
    return 3 * x**2 * dy * (x - torch.logcumsumexp(x, 1)[:, -1:]).exp().sum(1, keepdim=True)


def double(x):
    return 2 * x
