"""Takes autograd with a pattern."""

import torch


def cube_backward(x, dy):
    match torch:
        case object(autograd=object(functional=object(jacobian=jacobian))):
            return jacobian(lambda z: (z**3 * dy).sum(), x)


def double(x):
    return 2 * x
