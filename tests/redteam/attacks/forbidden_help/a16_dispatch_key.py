"""Calls a backward kernel below the dispatch modes, at the key of the CPU."""

import torch

kernel = torch.ops.aten.mse_loss_backward.default


def cube_backward(x, dy):
    zeros = torch.zeros_like(x)
    return 1.5 * x * kernel.redispatch(torch._C.DispatchKeySet(torch._C.DispatchKey.CPU), dy, x, zeros, 0)


def double(x):
    return 2 * x
