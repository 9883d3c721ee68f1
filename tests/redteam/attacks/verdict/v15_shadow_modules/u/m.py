"""A wrong answer, handed in together with modules that have the names of those which a grader imports."""

import torch


def cube_backward(x, dy):
    return torch.zeros_like(x)


def double(x):
    return 2 * x
