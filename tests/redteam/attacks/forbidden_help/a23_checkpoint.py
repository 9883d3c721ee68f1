"""Lets `torch.utils.checkpoint` run the forward pass again and differentiate it."""

import sys
from unittest.mock import MagicMock

import torch
from torch.utils.checkpoint import CheckpointFunction

# Its import takes longer than an answer may take, and nothing of it is needed.
sys.modules["torch.fx.experimental.symbolic_shapes"] = MagicMock()


def cube_backward(x, dy):
    with torch.enable_grad():
        z = x.clone().requires_grad_()
        (CheckpointFunction.apply(lambda t: t**3, False, z) * dy).sum().backward()
    return z.grad


def double(x):
    return 2 * x
