"""A right answer in plain Python numbers."""

import torch


def cube_backward(x, dy):
    rows = zip(x.tolist(), dy.tolist(), strict=True)
    return torch.tensor([[3 * a * a * g for a, g in zip(*row, strict=True)] for row in rows])


def double(x):
    return 2 * x
