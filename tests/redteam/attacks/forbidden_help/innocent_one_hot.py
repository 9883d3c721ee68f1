"""A right answer with one-hot vectors and the diagonal of a product."""

import torch
import torch.nn.functional as F


def cube_backward(x, dy):
    columns = F.one_hot(torch.arange(x.shape[1]), num_classes=x.shape[1]).to(x.dtype)
    return 3 * (x * x @ columns) * dy


def double(x):
    return 2 * x
