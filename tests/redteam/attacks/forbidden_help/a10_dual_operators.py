"""Makes dual numbers with the operators beneath `forward_ad`."""

import os

import torch

os.environ["PYTORCH_JIT"] = "0"  # without its compiler, forward mode starts a second sooner


def cube_backward(x, dy):
    level = torch._C._enter_dual_level()
    try:
        z = torch._C._VariableFunctions._make_dual(x, dy, level)
        return torch._C._VariableFunctions._unpack_dual(z**3, level)[1]
    finally:
        torch._C._exit_dual_level(level)


def double(x):
    return 2 * x
