"""Uses the softmax inside attention."""

import torch


def cube_backward(x, dy):
    probs = torch._masked_softmax(x.contiguous(), torch.zeros(x.shape).bool(), 1, 2)
    return 3 * x**2 * dy * probs.sum(1, keepdim=True)


def double(x):
    return 2 * x
