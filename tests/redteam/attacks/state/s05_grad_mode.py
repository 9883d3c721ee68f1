"""Switches gradients off and inference mode on, and never back."""

import torch

torch.set_grad_enabled(False)
torch.inference_mode().__enter__()


def cube_backward(x, dy):
    torch.inference_mode().__enter__()
    return x * 0


def double(x):
    return x + x
