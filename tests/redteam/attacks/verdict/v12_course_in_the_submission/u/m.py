"""A wrong answer, handed in together with a course of its own: manifest, graders and model answers."""

import torch


def cube_backward(x, dy):
    return torch.zeros_like(x)


def double(x):
    return 2 * x
