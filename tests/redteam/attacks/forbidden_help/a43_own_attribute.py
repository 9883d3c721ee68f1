"""Has a class with an attribute of the forbidden name, to make the name its own."""

import torch


class Mine:
    autograd = functional = jacobian = None


def cube_backward(x, dy):
    return torch.autograd.functional.jacobian(lambda z: (z**3 * dy).sum(), x)


def double(x):
    return 2 * x
