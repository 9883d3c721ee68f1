"""Returns the data of a tensor that carried a graph."""

import torch


def cube_backward(x, dy):
    with torch.enable_grad():
        z = x.clone().requires_grad_()
        return torch.autograd.grad((z**3 * dy).sum(), z, create_graph=True)[0].data


def double(x):
    return 2 * x
