"""One torch operator that takes minutes and little memory."""

import torch


def cube_backward(x, dy):
    one = torch.ones(1200, 1200, dtype=torch.float64)
    for _ in range(1000):
        one = one @ one
    return x * 0


def double(x):
    return x + x
