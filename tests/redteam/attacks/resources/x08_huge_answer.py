"""Answers with a tensor of sixteen million bytes."""

import torch


def cube_backward(x, dy):
    return torch.zeros(2_000_000, dtype=torch.float64)


def double(x):
    return x + x
