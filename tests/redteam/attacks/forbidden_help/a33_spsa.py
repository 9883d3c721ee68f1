"""Estimates the gradient from steps in random directions."""

import torch


def cube_backward(x, dy):
    z, g = x.double(), dy.double()
    total = torch.zeros_like(z)
    for _ in range(40):
        way = torch.randint(0, 2, z.shape) * 2.0 - 1
        change = (((z + 1e-5 * way) ** 3 - (z - 1e-5 * way) ** 3) * g).sum() / 2e-5
        total += change * way / 40
    return total.to(x.dtype)


def double(x):
    return 2 * x
