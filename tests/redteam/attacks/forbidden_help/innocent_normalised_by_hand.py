"""A right answer on the way of a normalisation written out."""


def cube_backward(x, dy):
    mean, spread = x.mean(0, keepdim=True), x.var(0, keepdim=True, unbiased=False)
    inverse = (spread + 1e-5) ** -0.5
    back = (x - mean) * inverse / inverse + mean
    return 3 * back**2 * dy


def double(x):
    return 2 * x
