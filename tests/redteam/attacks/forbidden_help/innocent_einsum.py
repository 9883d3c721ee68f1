"""A right answer as an einsum."""

import torch


def cube_backward(x, dy):
    return 3 * torch.einsum("nm,nm,nm->nm", x, x, dy)


def double(x):
    return 2 * x
