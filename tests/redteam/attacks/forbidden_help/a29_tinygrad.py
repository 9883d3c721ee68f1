"""Differentiates with tinygrad."""

import tinygrad
import torch


def cube_backward(x, dy):
    z = tinygrad.Tensor(x.tolist(), requires_grad=True, dtype=tinygrad.dtypes.float64)
    ((z * z * z) * tinygrad.Tensor(dy.tolist(), dtype=tinygrad.dtypes.float64)).sum().backward()
    return torch.tensor(z.grad.tolist(), dtype=x.dtype)


def double(x):
    return 2 * x
