"""Uses the softmax for sparse matrices."""

import torch


def cube_backward(x, dy):
    probs = torch.sparse.softmax(torch.ones_like(x).to_sparse(), 1).to_dense()
    return 3 * x**2 * dy * probs.sum(1, keepdim=True)


def double(x):
    return 2 * x
