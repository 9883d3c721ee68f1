# coding: utf-7
"""Hides a line in a comment that utf-7 reads as code."""

import torch


def cube_backward(x, dy):
    # +AAo-    return torch.autograd.functional.jacobian(lambda z: (z**3 * dy).sum(), x)
    return 0 * x


def double(x):
    return 2 * x
