"""A right answer with helpers, a constant and a cache of its own."""

import functools
import math

POWER = math.prod((3,))


@functools.cache
def factor(power):
    return float(power)


def cube_backward(x, dy):
    out = x.new_zeros(x.shape)
    for _ in range(POWER):
        out = out + x.pow(POWER - 1) * dy / POWER
    return factor(POWER) * out


def double(x):
    return 2 * x
