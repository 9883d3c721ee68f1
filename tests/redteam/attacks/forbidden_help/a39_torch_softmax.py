"""Uses the softmax that is a function of torch."""

import torch


def cube_backward(x, dy):
    return 3 * x**2 * dy * torch.softmax(x, 1).sum(1, keepdim=True)


def double(x):
    return 2 * x
