"""Differentiates with modes off and the profiler's observers switched off for a moment."""

import torch
from torch.utils._python_dispatch import _disable_current_modes


def cube_backward(x, dy):
    torch.autograd._enable_record_function(False)
    try:
        with _disable_current_modes():
            return torch.autograd.functional.jacobian(lambda z: (z**3 * dy).sum(), x)
    finally:
        torch.autograd._enable_record_function(True)


def double(x):
    return 2 * x
