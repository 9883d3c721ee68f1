"""A quantised tensor, which comparisons refuse with an exception."""

import torch


def cube_backward(x, dy):
    return torch.quantize_per_tensor(x.float() * 0, 1.0, 0, torch.qint8)


def double(x):
    return x + x
