"""Uses the ready-made softmax."""

import torch.nn.functional as F


def cube_backward(x, dy):
    return 3 * x**2 * dy * F.softmax(x, 1).sum(1, keepdim=True)


def double(x):
    return 2 * x
