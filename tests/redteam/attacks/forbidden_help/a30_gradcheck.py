"""Has the numerical Jacobian of `torch.autograd.gradcheck` made."""

from torch.autograd.gradcheck import get_numerical_jacobian


def cube_backward(x, dy):
    z = x.double().clone().requires_grad_()
    jacobian = get_numerical_jacobian(lambda t: t[0] ** 3, (z,), eps=1e-5)
    return (jacobian[0] @ dy.double().flatten()).view(x.shape).to(x.dtype)


def double(x):
    return 2 * x
