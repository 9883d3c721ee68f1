"""Takes the second derivative of an antiderivative with `torch.func.hessian`."""

import torch


def cube_backward(x, dy):
    z = x.flatten()
    return torch.func.hessian(lambda t: (t**4 / 4).sum())(z).diag().view(x.shape) * dy


def double(x):
    return 2 * x
