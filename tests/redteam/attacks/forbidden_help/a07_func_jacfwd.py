"""Calls `torch.func.jacfwd`."""

import os

from torch.func import jacfwd

os.environ["PYTORCH_JIT"] = "0"  # without its compiler, forward mode starts a second sooner


def cube_backward(x, dy):
    return jacfwd(lambda z: (z**3 * dy).sum())(x)


def double(x):
    return 2 * x
