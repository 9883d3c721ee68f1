"""A wrong answer, handed in together with files that Python runs by itself when it starts."""

import torch


def cube_backward(x, dy):
    return torch.zeros_like(x)


def double(x):
    return 2 * x
