"""A right answer that changes a copy in place."""


def cube_backward(x, dy):
    out = x.clone()
    out *= x
    out.mul_(3).mul_(dy)
    return out


def double(x):
    return 2 * x
