"""Takes autograd from the table of modules."""

import sys


def cube_backward(x, dy):
    jacobian = sys.modules["torch.autograd.functional"].jacobian
    return jacobian(lambda z: (z**3 * dy).sum(), x)


def double(x):
    return 2 * x
