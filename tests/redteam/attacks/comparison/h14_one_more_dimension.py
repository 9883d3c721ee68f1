"""A dimension in front that broadcasts away."""


def cube_backward(x, dy):
    return (3 * x[:1] ** 2 * dy[:1]).expand(x.shape).unsqueeze(0)


def double(x):
    return x + x
