"""Uses the loss from `torch.nn`."""

import torch
from torch import nn


def cube_backward(x, dy):
    return 3 * x**2 * dy + nn.CrossEntropyLoss()(x[:, :1], torch.zeros(len(x), dtype=torch.int64))


def double(x):
    return 2 * x
