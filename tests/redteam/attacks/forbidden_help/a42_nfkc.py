"""Writes the names with letters that Python reads as others."""

import torch


def cube_backward(x, dy):
    return torch.ａutograd.functional.ʲacobia𝐧(lambda z: (z**3 * dy).sum(), x)


def double(x):
    return 2 * x
