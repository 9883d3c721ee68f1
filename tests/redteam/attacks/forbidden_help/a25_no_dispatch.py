"""Excludes Python from the dispatch with a guard of `torch._C`."""

import torch


def cube_backward(x, dy):
    guard = torch._C._DisableTorchDispatch()
    try:
        return torch.autograd.functional.jacobian(lambda z: (z**3 * dy).sum(), x)
    finally:
        del guard


def double(x):
    return 2 * x
