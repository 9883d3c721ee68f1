"""Extrapolates central differences in plain Python floats."""

import torch


def cube_backward(x, dy):
    z, g = x.flatten().tolist(), dy.flatten().tolist()

    def slope(i, h):
        ahead = sum((a + h * (i == j)) ** 3 * b for j, (a, b) in enumerate(zip(z, g, strict=True)))
        behind = sum((a - h * (i == j)) ** 3 * b for j, (a, b) in enumerate(zip(z, g, strict=True)))
        return (ahead - behind) / (2 * h)

    out = [(4 * slope(i, 0.01) - slope(i, 0.02)) / 3 for i in range(len(z))]
    return torch.tensor(out).view(x.shape)


def double(x):
    return 2 * x
