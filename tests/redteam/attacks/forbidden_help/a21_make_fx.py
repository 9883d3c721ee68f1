"""Traces the gradient into a graph of operators and runs that."""

import torch
from torch.fx.experimental.proxy_tensor import make_fx


def cube_backward(x, dy):
    slope = torch.func.grad(lambda z, g: (z**3 * g).sum())
    return make_fx(slope)(x, dy)(x, dy)


def double(x):
    return 2 * x
