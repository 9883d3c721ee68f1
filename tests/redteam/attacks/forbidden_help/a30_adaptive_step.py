"""Fits the step to the size of each entry."""

import torch


def cube_backward(x, dy):
    out = torch.zeros(x.shape, dtype=torch.float64)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            h = 1e-5 * max(1e-3, abs(float(x[i, j])))
            ahead, behind = x.double().clone(), x.double().clone()
            ahead[i, j] += h
            behind[i, j] -= h
            out[i, j] = ((ahead**3 - behind**3) * dy).sum() / (2 * h)
    return out.to(x.dtype)


def double(x):
    return 2 * x
