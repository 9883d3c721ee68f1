"""The right numbers, sorted."""


def cube_backward(x, dy):
    return (3 * x**2 * dy).flatten().sort().values.reshape(x.shape)


def double(x):
    return x + x
