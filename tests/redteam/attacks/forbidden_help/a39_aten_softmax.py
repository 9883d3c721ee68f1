"""Uses the softmax in `torch.ops`."""

import torch


def cube_backward(x, dy):
    return 3 * x**2 * dy * torch.ops.aten._softmax(x, 1, False).sum(1, keepdim=True)


def double(x):
    return 2 * x
