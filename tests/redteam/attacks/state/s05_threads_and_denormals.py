"""Changes threads, denormal numbers and deterministic algorithms."""

import torch

torch.set_flush_denormal(True)
torch._C._set_deterministic_algorithms(True, warn_only=False)


def cube_backward(x, dy):
    torch.set_num_threads(7)
    return x * 0


def double(x):
    return x + x
