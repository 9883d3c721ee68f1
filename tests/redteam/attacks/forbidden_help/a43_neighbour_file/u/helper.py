"""What the module does not want to be seen with."""

import torch


def slope(x, dy):
    return torch.autograd.functional.jacobian(lambda z: (z**3 * dy).sum(), x)
