"""A right answer, number by number."""

import torch


def cube_backward(x, dy):
    out = torch.empty(x.shape)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            out[i, j] = 3 * x[i, j].item() ** 2 * dy[i][j]
    return out


def double(x):
    return 2 * x
