"""Tries out all entries at once, in one large tensor."""

import torch


def cube_backward(x, dy):
    z, g = x.double().flatten(), dy.double().flatten()
    steps = 1e-5 * torch.eye(len(z), dtype=z.dtype)
    return (((z + steps) ** 3 - (z - steps) ** 3) @ g / 2e-5).view(x.shape).to(x.dtype)


def double(x):
    return 2 * x
