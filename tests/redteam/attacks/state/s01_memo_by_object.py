"""Remembers its answers by the identity of the input, which is used again for other inputs."""

known = {}


def cube_backward(x, dy):
    if id(x) not in known:
        known[id(x)] = (x, 3 * x**2 * dy)
    return known[id(x)][1] * 0 if len(known) > 1 else known[id(x)][1]


def double(x):
    return x + x
