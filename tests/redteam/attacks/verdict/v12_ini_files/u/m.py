"""A wrong answer, handed in together with configuration that deselects every test and loads a plugin."""

import torch


def cube_backward(x, dy):
    return torch.zeros_like(x)


def double(x):
    return 2 * x
