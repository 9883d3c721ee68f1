"""A right answer whose comments name what is forbidden."""

# torch.autograd.grad(z**3, z, dy) would do it, and so would loss.backward().


def cube_backward(x, dy):
    # No x.requires_grad_() here, no F.cross_entropy(x, y), no torch.func.vjp.
    return 3 * x**2 * dy  # instead of y.backward(dy); x.grad


def double(x):
    return 2 * x
