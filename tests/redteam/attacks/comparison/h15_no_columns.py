"""No entries: a loop over pairs of entries never begins."""


def cube_backward(x, dy):
    return x[:, :0]


def double(x):
    return x + x
