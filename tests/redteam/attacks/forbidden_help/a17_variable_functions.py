"""Calls a backward kernel through `_VariableFunctions`."""

import torch


def cube_backward(x, dy):
    # With outputs (x, -x) and gradients (0, dy), the softmax's first gradient is x * x * dy.
    outputs, gradients = torch.stack((x, -x)), torch.stack((torch.zeros_like(dy), dy))
    return 3 * torch._C._VariableFunctions._softmax_backward_data(gradients, outputs, 0, x.dtype)[0]


def double(x):
    return 2 * x
