"""A right answer that weighs with a softmax written out."""

import torch


def cube_backward(x, dy):
    counts = torch.exp(x - x.amax(1, keepdim=True))
    probs = counts / counts.sum(1, keepdim=True)
    return 3 * x**2 * dy * probs.sum(1, keepdim=True)


def double(x):
    return 2 * x
