"""Loads a library of its own, shipped beside its file."""

import torch

torch.ops.load_library("help.so")


def cube_backward(x, dy):
    return torch.ops.help.cube_backward(x, dy)


def double(x):
    return 2 * x
