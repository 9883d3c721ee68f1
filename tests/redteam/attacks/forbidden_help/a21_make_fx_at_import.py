"""Traces the gradient on import and keeps the traced formula."""

import torch
from torch.fx.experimental.proxy_tensor import make_fx

x, dy = torch.ones(2, 5, 7, dtype=torch.float64)
formula = make_fx(torch.func.grad(lambda z, g: (z**3 * g).sum()), tracing_mode="symbolic")(x, dy)


def cube_backward(x, dy):
    return formula(x, dy)


def double(x):
    return 2 * x
