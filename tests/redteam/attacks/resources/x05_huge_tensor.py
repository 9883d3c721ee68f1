"""Asks for a tensor of a gigabyte, which costs nothing until it is touched."""

import torch


def cube_backward(x, dy):
    return torch.empty(1 << 27, dtype=torch.float64)[:2]


def double(x):
    return x + x
