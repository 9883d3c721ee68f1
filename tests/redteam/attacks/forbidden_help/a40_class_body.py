"""Takes the forbidden function in the body of a class."""

import torch


class Helper:
    slope = staticmethod(torch.autograd.functional.jacobian)


def cube_backward(x, dy):
    return Helper.slope(lambda z: (z**3 * dy).sum(), x)


def double(x):
    return 2 * x
