"""A right answer whose texts name what is forbidden."""

METHOD = "torch.autograd.grad"


def cube_backward(x, dy):
    """Does by hand what `y.backward(dy)` leaves in `x.grad`; see torch.func.vjp and eval."""
    print("no", METHOD, f"was used, nor {'softmax'!r} or __import__")
    return 3 * x**2 * dy


def double(x):
    return 2 * x
