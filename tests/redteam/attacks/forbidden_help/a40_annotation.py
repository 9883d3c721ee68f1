"""Takes the forbidden function in an annotation."""

import torch


def holder(x: torch.autograd.functional.jacobian):
    return x


def cube_backward(x, dy):
    return holder.__annotations__["x"](lambda z: (z**3 * dy).sum(), x)


def double(x):
    return 2 * x
