"""Takes all second derivatives of an antiderivative with `functional.hessian`."""

from torch.autograd.functional import hessian


def cube_backward(x, dy):
    return hessian(lambda z: (z**4 / 4).sum(), x.flatten()).diag().view(x.shape) * dy


def double(x):
    return 2 * x
