"""Uses the softmax from `torch.nn`."""

from torch import nn


def cube_backward(x, dy):
    return 3 * x**2 * dy * nn.Softmax(1)(x).sum(1, keepdim=True)


def double(x):
    return 2 * x
