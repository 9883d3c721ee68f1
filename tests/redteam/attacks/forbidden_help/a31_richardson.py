"""Extrapolates batched central differences to a step of 0."""

import torch


def cube_backward(x, dy):
    z, g = x.double().flatten(), dy.double().flatten()

    def slope(h):
        steps = h * torch.eye(len(z), dtype=z.dtype)
        return ((z + steps) ** 3 - (z - steps) ** 3) @ g / (2 * h)

    return ((4 * slope(0.01) - slope(0.02)) / 3).view(x.shape).to(x.dtype)


def double(x):
    return 2 * x
