"""Computes with dual numbers."""

import os

from torch.autograd import forward_ad

os.environ["PYTORCH_JIT"] = "0"  # without its compiler, forward mode starts a second sooner


def cube_backward(x, dy):
    with forward_ad.dual_level():
        z = forward_ad.make_dual(x, dy)
        return forward_ad.unpack_dual(z**3).tangent


def double(x):
    return 2 * x
