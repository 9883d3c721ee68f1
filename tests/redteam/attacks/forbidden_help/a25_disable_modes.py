"""Switches the dispatch mode off with `_disable_current_modes`."""

import torch
from torch.utils._python_dispatch import _disable_current_modes


def cube_backward(x, dy):
    with _disable_current_modes():
        return torch.autograd.functional.jacobian(lambda z: (z**3 * dy).sum(), x)


def double(x):
    return 2 * x
