"""A right answer in a module whose other functions, which it does not use, break the rules."""


def cube_backward(x, dy):
    return 3 * x**2 * dy


def look_it_up(x, dy):
    """Not an answer: how I checked mine."""
    z = x.clone().requires_grad_()
    (z**3 * dy).sum().backward()
    return z.grad


def double(x):
    return 2 * x
