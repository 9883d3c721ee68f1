"""Memory that holds the right numbers, under a mark that says they are negated."""

import torch


def cube_backward(x, dy):
    return torch._neg_view(3 * x**2 * dy)


def double(x):
    return x + x
