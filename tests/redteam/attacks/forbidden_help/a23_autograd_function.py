"""Defines a `Function` whose backward pass differentiates."""

import torch


class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z):
        ctx.save_for_backward(z)
        return z**3

    @staticmethod
    def backward(ctx, upstream):
        return torch.autograd.functional.jacobian(lambda z: (z**3 * upstream).sum(), *ctx.saved_tensors)


def cube_backward(x, dy):
    with torch.enable_grad():
        z = x.clone().requires_grad_()
        (Cube.apply(z) * dy).sum().backward()
    return z.grad


def double(x):
    return 2 * x
