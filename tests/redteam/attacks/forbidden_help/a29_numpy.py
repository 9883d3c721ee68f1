"""Has numpy derive the formula and compute it."""

import numpy
import torch

slope = numpy.poly1d([1, 0, 0, 0]).deriv()


def cube_backward(x, dy):
    return torch.tensor(slope(x.numpy()) * dy.numpy(), dtype=x.dtype)


def double(x):
    return 2 * x
