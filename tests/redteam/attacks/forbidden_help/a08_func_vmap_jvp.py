"""Maps `jvp` over single numbers with `vmap`."""

import os

import torch

os.environ["PYTORCH_JIT"] = "0"  # without its compiler, forward mode starts a second sooner


def cube_backward(x, dy):
    def slope(z, g):
        return torch.func.jvp(lambda t: t**3, (z,), (g,))[1]

    return torch.vmap(slope)(x.flatten(), dy.flatten()).view(x.shape)


def double(x):
    return 2 * x
