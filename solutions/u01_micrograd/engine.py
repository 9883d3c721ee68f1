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
        # BEGIN SOLUTION
        self.data = data
        self.grad = 0.0
        self._prev = set(children)
        self._backward = lambda: None
        # END SOLUTION

    def __add__(self, other: Value | float) -> Value:
        # BEGIN SOLUTION
        other = _wrapped(other)
        out = Value(self.data + other.data, (self, other))

        def _backward() -> None:
            self.grad += out.grad
            other.grad += out.grad

        out._backward = _backward
        return out
        # END SOLUTION

    def __mul__(self, other: Value | float) -> Value:
        # BEGIN SOLUTION
        other = _wrapped(other)
        out = Value(self.data * other.data, (self, other))

        def _backward() -> None:
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out
        # END SOLUTION

    def __pow__(self, exponent: int | float) -> Value:
        # BEGIN SOLUTION
        out = Value(self.data**exponent, (self,))

        def _backward() -> None:
            self.grad += exponent * self.data ** (exponent - 1) * out.grad

        out._backward = _backward
        return out
        # END SOLUTION

    def exp(self) -> Value:
        # BEGIN SOLUTION
        out = Value(math.exp(self.data), (self,))

        def _backward() -> None:
            self.grad += out.data * out.grad

        out._backward = _backward
        return out
        # END SOLUTION

    def tanh(self) -> Value:
        # BEGIN SOLUTION
        t = math.tanh(self.data)
        out = Value(t, (self,))

        def _backward() -> None:
            self.grad += (1 - t**2) * out.grad

        out._backward = _backward
        return out
        # END SOLUTION

    def relu(self) -> Value:
        # BEGIN SOLUTION
        out = Value(max(0.0, self.data), (self,))

        def _backward() -> None:
            self.grad += (self.data > 0) * out.grad

        out._backward = _backward
        return out
        # END SOLUTION

    def __neg__(self) -> Value:
        # BEGIN SOLUTION
        return self * -1
        # END SOLUTION

    def __sub__(self, other: Value | float) -> Value:
        # BEGIN SOLUTION
        return self + (-other)
        # END SOLUTION

    def __truediv__(self, other: Value | float) -> Value:
        # BEGIN SOLUTION
        return self * _wrapped(other) ** -1
        # END SOLUTION

    def __radd__(self, other: float) -> Value:
        # BEGIN SOLUTION
        return self + other
        # END SOLUTION

    def __rmul__(self, other: float) -> Value:
        # BEGIN SOLUTION
        return self * other
        # END SOLUTION

    def __rsub__(self, other: float) -> Value:
        # BEGIN SOLUTION
        return -self + other
        # END SOLUTION

    def __rtruediv__(self, other: float) -> Value:
        # BEGIN SOLUTION
        return other * self**-1
        # END SOLUTION

    def backward(self) -> None:
        # BEGIN SOLUTION
        order: list[Value] = []
        visited: set[Value] = set()

        def visit(node: Value) -> None:
            if node not in visited:
                visited.add(node)
                for child in node._prev:
                    visit(child)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            node._backward()
        # END SOLUTION


# BEGIN SOLUTION
def _wrapped(number: Value | float) -> Value:
    """A plain number as a leaf of its own; a Value as it is."""
    return number if isinstance(number, Value) else Value(number)


# END SOLUTION
