"""Backprop by hand through two small expressions, and one step along a gradient."""

import math
from collections.abc import Callable


def manual_backprop_expression(a: float, b: float, c: float, f: float) -> dict[str, float]:
    """Fill in the gradients of a small expression by hand.

    The expression, one operation a line:

        e = a * b
        d = e + c
        L = d * f

    Returns the gradient of L with respect to each of the seven variables, as floats under the names "L",
    "f", "d", "c", "e", "b" and "a". Use the chain rule; no nudging.

    >>> grads = manual_backprop_expression(2.0, -3.0, 10.0, -2.0)
    >>> grads["f"], grads["b"]
    (4.0, -4.0)
    """
    raise NotImplementedError


def manual_backprop_neuron(x1: float, x2: float, w1: float, w2: float, b: float) -> dict[str, float]:
    """Fill in the gradients of a neuron with two inputs by hand.

    The neuron, one operation a line:

        x1w1 = x1 * w1
        x2w2 = x2 * w2
        x1w1x2w2 = x1w1 + x2w2
        n = x1w1x2w2 + b
        o = tanh(n)

    Returns the gradient of o with respect to each of the ten variables, as floats under the names "o",
    "n", "x1w1x2w2", "b", "x1w1", "x2w2", "x1", "w1", "x2" and "w2".

    >>> grads = manual_backprop_neuron(2.0, 0.0, -3.0, 1.0, 6.8813735870195432)
    >>> round(grads["o"], 6), round(grads["x1"], 6), round(grads["x2"], 6)
    (1.0, -1.5, 0.5)
    """
    raise NotImplementedError


def nudge_along_gradient(
    f: Callable[..., float], leaves: list[float], grads: list[float], step: float
) -> float:
    """Make the output of an expression larger: move its leaves a little along their gradients.

    `f` computes the expression from its leaves, as in `f(2.0, -3.0, 10.0, -2.0)`, and `grads` holds the
    gradient of its output with respect to each leaf, in the same order. All leaves move at once; `step`
    says how far for a gradient of 1. Returns the output that the expression has afterwards. `leaves` and
    `grads` stay as they are.

    >>> L = lambda a, b, c, f: (a * b + c) * f
    >>> L(2.0, -3.0, 10.0, -2.0)
    -8.0
    >>> round(nudge_along_gradient(L, [2.0, -3.0, 10.0, -2.0], [6.0, -4.0, -2.0, 4.0], 0.01), 6)
    -7.286496
    """
    raise NotImplementedError
