"""Calls a backward kernel through `torch.ops.aten`."""

import torch


def cube_backward(x, dy):
    # The slope of the squared distance to 0 is 2 x dy.
    return 1.5 * x * torch.ops.aten.mse_loss_backward(dy, x, torch.zeros_like(x), 0)


def double(x):
    return 2 * x
