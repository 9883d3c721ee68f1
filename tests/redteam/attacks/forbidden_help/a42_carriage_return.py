"""Ends a comment with a carriage return that an editor does not show."""

import torch

# nothing to see hereslope = torch.autograd.functional.jacobian


def cube_backward(x, dy):
    return slope(lambda z: (z**3 * dy).sum(), x)


def double(x):
    return 2 * x
