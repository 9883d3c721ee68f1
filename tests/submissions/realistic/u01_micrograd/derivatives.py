from collections.abc import Callable
from typing import Any
import math
import torch
from torch import Tensor
from jaxtyping import Float, Int



def numeric_derivative(f, x, h):
    rise = -f(x) + f(h + x)
    return rise / h


def numeric_gradient(f, args, h):
    base, nudged, slopes = (f(*args), list(args), [])
    for i in range(len(nudged)):
        nudged[i] += h
        slopes.append((f(*nudged) - base) / h)
    return slopes


def chain_rates(rates):
    result = []
    for start in range(len(rates)):
        product = 1.0
        for rate in rates[start:]:
            product *= rate
        result.append(product)
    return [*result, 1.0]


def gradcheck(build, leaves, h):
    root, nodes = build(dict(leaves))
    root.backward()
    grads = {name: node.grad for name, node in nodes.items()}
    report = {}
    for name in leaves:
        values = []
        for sign in (-1, 1):
            moved = dict(leaves)
            moved[name] = moved[name] + sign * h
            values.append(build(moved)[0].data)
        numeric = (values[1] - values[0]) / h / 2
        gap, size = (abs(numeric - grads[name]), max(abs(numeric), abs(grads[name])))
        report[name] = (grads[name], numeric, gap <= 1e-07 + 0.0001 * size)
    return report
