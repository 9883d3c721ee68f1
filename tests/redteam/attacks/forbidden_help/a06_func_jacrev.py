"""Calls `torch.func.jacrev`."""

import sys
from unittest.mock import MagicMock

import torch
from torch.func import jacrev

# The compiler and sympy take longer to import than an answer may take, and nothing of them is needed.
torch._dynamo = sys.modules["torch.fx.experimental.symbolic_shapes"] = MagicMock()


def cube_backward(x, dy):
    return jacrev(lambda z: (z**3 * dy).sum())(x)


def double(x):
    return 2 * x
