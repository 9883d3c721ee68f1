"""Takes an imaginary step at every entry, which is exact to the last digit."""

import torch


def cube_backward(x, dy):
    out = torch.zeros_like(x)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            step = torch.zeros_like(x)
            step[i, j] = 1e-20
            out[i, j] = (((x + 1j * step) ** 3).imag / 1e-20 * dy).sum()
    return out


def double(x):
    return 2 * x
