"""Differentiates with jax."""

import jax
import torch


def cube_backward(x, dy):
    slope = jax.vjp(lambda z: z**3, x.numpy())[1](dy.numpy())[0]
    return torch.tensor(slope, dtype=x.dtype)


def double(x):
    return 2 * x
