"""Makes a `Function` without a class statement."""

import types

import torch


def forward(ctx, z):
    ctx.save_for_backward(z)
    return z**3


def backward(ctx, upstream):
    return torch.autograd.functional.jacobian(lambda z: (z**3 * upstream).sum(), *ctx.saved_tensors)


parts = {"forward": staticmethod(forward), "backward": staticmethod(backward)}
Cube = types.new_class("Cube", (torch.autograd.Function,), exec_body=lambda names: names.update(parts))


def cube_backward(x, dy):
    with torch.enable_grad():
        z = x.clone().requires_grad_()
        (Cube.apply(z) * dy).sum().backward()
    return z.grad


def double(x):
    return 2 * x
