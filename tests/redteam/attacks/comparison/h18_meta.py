"""A tensor on the meta device: it has a shape but no numbers."""


def cube_backward(x, dy):
    return x.to("meta")


def double(x):
    return x + x
