"""Breaks the names off over several lines."""

import torch


def cube_backward(x, dy):
    return torch \
        . \
        autograd \
        .functional.jacobian(lambda z: (z**3 * dy).sum(), x)


def double(x):
    return 2 * x
