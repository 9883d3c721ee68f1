"""Uses a forbidden operator on import and keeps the result."""

import torch

three = torch.softmax(torch.ones(3, dtype=torch.float64), 0).reciprocal()[0].item()


def cube_backward(x, dy):
    return three * x**2 * dy


def double(x):
    return 2 * x
