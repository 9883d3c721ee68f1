"""Lets a layer from `torch.nn` make the products."""

import torch
from torch import nn


@torch.no_grad()
def cube_backward(x, dy):
    layer = nn.Bilinear(1, 1, 1, bias=False, dtype=x.dtype)
    layer.weight.fill_(3)
    return layer((x * x).reshape(-1, 1), dy.reshape(-1, 1)).view(x.shape)


def double(x):
    return 2 * x
