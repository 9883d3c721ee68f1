"""Returns one buffer for all calls, so that earlier answers change with the last."""

import torch

buffer = torch.zeros(0, dtype=torch.float64)


def cube_backward(x, dy):
    buffer.resize_(x.shape).copy_(torch.rand(x.shape))
    return buffer


def double(x):
    return x + x
