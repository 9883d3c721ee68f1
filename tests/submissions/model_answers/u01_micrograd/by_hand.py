import math
from collections.abc import Callable

def manual_backprop_expression(a: float, b: float, c: float, f: float) -> dict[str, float]:
    e = a * b
    d = e + c
    dL = 1.0
    dd, df = (f * dL, d * dL)
    de, dc = (dd, dd)
    da, db = (b * de, a * de)
    return {'L': dL, 'f': df, 'd': dd, 'c': dc, 'e': de, 'b': db, 'a': da}

def manual_backprop_neuron(x1: float, x2: float, w1: float, w2: float, b: float) -> dict[str, float]:
    o = math.tanh(x1 * w1 + x2 * w2 + b)
    do = 1.0
    dn = (1 - o ** 2) * do
    dx1w1x2w2 = db = dn
    dx1w1 = dx2w2 = dx1w1x2w2
    dx1, dw1 = (w1 * dx1w1, x1 * dx1w1)
    dx2, dw2 = (w2 * dx2w2, x2 * dx2w2)
    inner = {'o': do, 'n': dn, 'x1w1x2w2': dx1w1x2w2, 'x1w1': dx1w1, 'x2w2': dx2w2}
    return {**inner, 'b': db, 'x1': dx1, 'w1': dw1, 'x2': dx2, 'w2': dw2}

def nudge_along_gradient(f: Callable[..., float], leaves: list[float], grads: list[float], step: float) -> float:
    moved = [leaf + step * grad for leaf, grad in zip(leaves, grads, strict=True)]
    return f(*moved)
