"""The operations of a scalar that remembers where it came from, each with its own step backwards."""

import math
from collections.abc import Callable, Iterable


class Value:
    """A number in a graph, with room for its gradient. Given: the operations below make new ones.

    data:       the number, a float.
    grad:       how fast the output of the whole graph changes with it. 0.0 until a backward pass says more.
    _prev:      the set of nodes from which it was computed; empty for a leaf.
    _op:        the name of the operation that computed it; empty for a leaf.
    _backward:  takes one step backwards: adds what this node's gradient means for the nodes in `_prev`
                to theirs. Called without arguments, and does nothing for a leaf.
    """

    def __init__(self, data: float, _children: Iterable["Value"] = (), _op: str = "") -> None:
        self.data = data
        self.grad = 0.0
        self._prev = set(_children)
        self._op = _op
        self._backward: Callable[[], None] = lambda: None

    def __repr__(self) -> str:
        return f"Value(data={self.data})"


def add(a: Value, b: Value) -> Value:
    """Add two nodes: the sum is a new node that knows where it came from.

    The new node has the sum in `data`, both operands in `_prev`, "+" in `_op`, and in `_backward` its step
    backwards. When that is called later, the new node's `grad` has been filled in by whoever used the sum;
    the step works out what this means for `a` and for `b`, and adds it to what they have already. `a` and
    `b` may be the same node. Adding nodes changes neither of them; only the step backwards does, and only
    their `grad`.

    >>> a, b = Value(2.0), Value(-3.0)
    >>> c = add(a, b)
    >>> c, c._op, c._prev == {a, b}
    (Value(data=-1.0), '+', True)
    >>> c.grad = 5.0
    >>> c._backward()
    >>> a.grad, b.grad
    (5.0, 5.0)
    """
    raise NotImplementedError


def mul(a: Value, b: Value) -> Value:
    """Multiply two nodes: the product is a new node that knows where it came from.

    As in `add`, with "*" in `_op`: the product in `data`, both operands in `_prev`, and a step backwards
    that adds to the gradients of `a` and `b`, which may be the same node.

    >>> a, b = Value(2.0), Value(-3.0)
    >>> c = mul(a, b)
    >>> c.grad = 1.0
    >>> c._backward()
    >>> c, a.grad
    (Value(data=-6.0), -3.0)
    """
    raise NotImplementedError


def power(a: Value, k: float) -> Value:
    """Raise a node to a constant power.

    `k` is an int or a float and belongs to the operation: it is no node, and nothing flows back to it. With
    anything else as `k`, a node above all, raise TypeError. `_op` is "**", with the exponent after it if you
    like, and `_prev` holds `a` alone. The powers asked for exist: no root of a negative number, and no
    negative power of zero.

    >>> a = Value(3.0)
    >>> c = power(a, 2)
    >>> c.grad = 0.5
    >>> c._backward()
    >>> c.data, a.grad
    (9.0, 3.0)
    """
    raise NotImplementedError


def exp(a: Value) -> Value:
    """The exponential of a node, with "exp" in `_op` and `a` alone in `_prev`.

    >>> a = Value(0.0)
    >>> c = exp(a)
    >>> c.grad = 3.0
    >>> c._backward()
    >>> c.data, a.grad
    (1.0, 3.0)
    """
    raise NotImplementedError


def tanh(a: Value) -> Value:
    """The hyperbolic tangent of a node in one step, with "tanh" in `_op` and `a` alone in `_prev`.

    It works for a number of any size: at 1000 the result is 1.

    >>> a = Value(0.8813735870195432)
    >>> c = tanh(a)
    >>> c.grad = 1.0
    >>> c._backward()
    >>> round(c.data, 4), round(a.grad, 4)
    (0.7071, 0.5)
    """
    raise NotImplementedError


def relu(a: Value) -> Value:
    """Let a positive number pass and make 0.0 of any other, with "relu" in `_op` and `a` alone in `_prev`.

    At 0 exactly the function has a corner and no slope. The convention there: nothing flows back.

    >>> relu(Value(1.5)), relu(Value(-2.0))
    (Value(data=1.5), Value(data=0.0))
    """
    raise NotImplementedError


def tanh_decomposed(n: Value) -> Value:
    """The hyperbolic tangent once more, this time out of smaller operations.

    Use `add`, `mul`, `power` and `exp` of this file, and `Value(...)` for constants; every operation makes
    a node, and no step backwards is left to write. The result has the same number as `tanh(n)`, and a
    backward pass through all the nodes gives `n` the same gradient. It is checked with right versions of
    the four operations, so it does not matter whether yours are finished. `n` is of moderate size.

    Example: for n = Value(0.8814) the result has data 0.7071, and n gets the gradient 0.5.
    """
    raise NotImplementedError
