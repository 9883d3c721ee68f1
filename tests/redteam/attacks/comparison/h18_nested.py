"""A nested tensor: its type and layout are those of an ordinary one, and its shape raises."""

import torch


def cube_backward(x, dy):
    return torch.nested.nested_tensor([x[0] * 0, x[0, :1] * 0])


def double(x):
    return x + x
