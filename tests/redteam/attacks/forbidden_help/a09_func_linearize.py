"""Calls `torch.func.linearize`."""

import torch


def cube_backward(x, dy):
    return torch.func.linearize(lambda z: z**3, x)[1](dy)


def double(x):
    return 2 * x
