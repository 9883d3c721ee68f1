"""Uses the ready-made log-softmax."""

import torch.nn.functional as F


def cube_backward(x, dy):
    return 3 * x**2 * dy * F.log_softmax(x, 1).exp().sum(1, keepdim=True)


def double(x):
    return 2 * x
