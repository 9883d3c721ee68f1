"""Asks TorchScript's registry for a backward kernel by its name."""

import torch

kernel = torch._C._jit_get_operation("aten::mse_loss_backward")[0]


def cube_backward(x, dy):
    return 1.5 * x * kernel(dy, x, torch.zeros_like(x), 0)


def double(x):
    return 2 * x
