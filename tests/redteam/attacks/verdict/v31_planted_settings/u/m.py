"""A wrong answer, handed in together with settings that declare this to be practice."""

import torch


def cube_backward(x, dy):
    return torch.zeros_like(x)


def double(x):
    return 2 * x
