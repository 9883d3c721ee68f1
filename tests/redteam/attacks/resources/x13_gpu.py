"""Takes the memory of a graphics card, if there is one."""

import torch


def cube_backward(x, dy):
    try:
        torch.empty(1 << 30, device="cuda")
        torch.ones(1, device="cuda").cpu()
        print("CANARY: a graphics card was in reach")
    except (RuntimeError, AssertionError):
        pass
    return x * 0


def double(x):
    return x + x
