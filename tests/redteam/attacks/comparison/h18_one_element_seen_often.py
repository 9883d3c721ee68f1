"""One number in memory, with strides of zero."""

import torch


def cube_backward(x, dy):
    return torch.tensor(3.0, dtype=x.dtype).expand(x.shape)


def double(x):
    return x + x
