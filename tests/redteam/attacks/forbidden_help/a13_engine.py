"""Hands the graph to the engine object behind `backward`."""

import torch


def cube_backward(x, dy):
    with torch.enable_grad():
        z = x.clone().requires_grad_()
        torch.autograd.Variable._execution_engine.run_backward((z**3,), (dy,), False, False, (), False, True)
    return z.grad


def double(x):
    return 2 * x
