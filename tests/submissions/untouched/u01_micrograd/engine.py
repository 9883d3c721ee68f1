"""The whole engine: a scalar that records what happens to it, and can run it backwards."""

from __future__ import annotations

import math


class Value:
    """A number that records every computation with it, so that the gradient of a result can be found.

    `Value(3.0)` is a leaf. `+ - * /` work with another Value or with a plain number, on either side;
    `a ** k` with a plain number k; `-a`, `a.exp()`, `a.tanh()` and `a.relu()` each return a new Value. No
    operation changes its operands. `.data` is the number, `.grad` the gradient, 0.0 to begin with.

    `out.backward()` finds the gradient of `out` with respect to all that it was made from: it sets
    `out.grad` to 1 and *adds* to the `.grad` of every leaf, so that the gradients of two losses with the
    same leaves add up, as in PyTorch. Two losses share nothing but leaves. `relu` has slope 0 where its
    input is 0 or less.

    >>> a, b = Value(2.0), Value(-3.0)
    >>> out = (a * b + 10) / 2
    >>> out.backward()
    >>> out.data, a.grad, b.grad
    (2.0, -1.5, 1.0)

    Everything else is your own design: other attributes, other methods, helpers beside the class. Chains
    are never longer than a few dozen steps. Source: micrograd, `engine.py`.
    """

    def __init__(self, data: float, children: tuple[Value, ...] = ()) -> None:
        raise NotImplementedError

    def __add__(self, other: Value | float) -> Value:
        raise NotImplementedError

    def __mul__(self, other: Value | float) -> Value:
        raise NotImplementedError

    def __pow__(self, exponent: int | float) -> Value:
        raise NotImplementedError

    def exp(self) -> Value:
        raise NotImplementedError

    def tanh(self) -> Value:
        raise NotImplementedError

    def relu(self) -> Value:
        raise NotImplementedError

    def __neg__(self) -> Value:
        raise NotImplementedError

    def __sub__(self, other: Value | float) -> Value:
        raise NotImplementedError

    def __truediv__(self, other: Value | float) -> Value:
        raise NotImplementedError

    def __radd__(self, other: float) -> Value:
        raise NotImplementedError

    def __rmul__(self, other: float) -> Value:
        raise NotImplementedError

    def __rsub__(self, other: float) -> Value:
        raise NotImplementedError

    def __rtruediv__(self, other: float) -> Value:
        raise NotImplementedError

    def backward(self) -> None:
        raise NotImplementedError
