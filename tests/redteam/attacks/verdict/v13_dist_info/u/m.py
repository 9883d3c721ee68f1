"""A wrong answer, handed in together with the metadata of a package that has plugins for everybody."""

import torch


def cube_backward(x, dy):
    return torch.zeros_like(x)


def double(x):
    return 2 * x
