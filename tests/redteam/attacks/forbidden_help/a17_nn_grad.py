"""Takes the product from a convolution's weight gradient in `torch.nn.grad`."""

import torch


def cube_backward(x, dy):
    n = x.numel()
    row, upstream = (3 * x * x).reshape(1, n, 1), dy.reshape(1, n, 1)
    return torch.nn.grad.conv1d_weight(row, (n, 1, 1), upstream, groups=n).view(x.shape)


def double(x):
    return 2 * x
