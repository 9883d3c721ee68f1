"""Makes the gradient out of the forward pass with a decorator."""

import torch


def backward_of(function):
    return lambda x, dy: torch.autograd.functional.jacobian(lambda z: (function(z) * dy).sum(), x)


@backward_of
def cube_backward(x):
    return x**3


def double(x):
    return 2 * x
