"""Calls a backward kernel through `torch._VF`."""

import torch


def cube_backward(x, dy):
    outputs, gradients = torch.stack((x, -x)), torch.stack((torch.zeros_like(dy), dy))
    return 3 * torch._VF._softmax_backward_data(gradients, outputs, 0, x.dtype)[0]


def double(x):
    return 2 * x
