import math
from collections.abc import Callable
import math
import torch
from torch import Tensor
from jaxtyping import Float, Int



def neuron_with(slope, x1, x2, w1, w2):
    sums = dict.fromkeys(['n', 'x1w1x2w2', 'x1w1', 'x2w2', 'b'], slope)
    return {'o': 1.0, **sums, 'x1': w1 * slope, 'w1': x1 * slope, 'x2': w2 * slope, 'w2': x2 * slope}


def manual_backprop_expression(a, b, c, f):
    d = a * b + c
    return {'L': 1.0, 'f': f, 'd': d, 'c': d, 'e': d, 'b': b * d, 'a': a * d}


def manual_backprop_neuron(x1, x2, w1, w2, b):
    return neuron_with(1 / math.cosh(x1 * w1 + x2 * w2 + b) ** 2, x1, x2, w1, w2)


def nudge_along_gradient(f, leaves, grads, step):
    moved = list(leaves)
    for i in range(len(moved)):
        moved[i] += grads[i] * step
    return f(*moved)
