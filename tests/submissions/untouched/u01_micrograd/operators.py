"""All of arithmetic from three primitives: how `1 - a / 2` finds its way to an object of your own."""

from __future__ import annotations


def add(a: Value, b: Value) -> Value:
    """a + b as a new Value that remembers both. Given, like `mul` and `power`: nothing to do here."""
    return Value(_of(a) + _of(b), (a, b), "+")


def mul(a: Value, b: Value) -> Value:
    """a * b as a new Value that remembers both."""
    return Value(_of(a) * _of(b), (a, b), "*")


def power(a: Value, k: int | float) -> Value:
    """a ** k as a new Value that remembers a. The exponent k is a plain number."""
    return Value(_of(a) ** k, (a,), f"**{k}")


def _of(value: Value) -> float:
    if not isinstance(value, Value):
        raise TypeError(f"add, mul and power compute with Values, and {value!r} is none.")
    return value.data


class Value:
    """A number that remembers how it was made. Its operators are yours, all built from `add`, `mul`, `power`.

    Every operation returns a new Value and changes neither operand. `+ - * /` work with another Value and
    with a plain int or float, on either side: `a - 2`, `2 - a` and `sum([a, b])` as well as `a - b`. The
    exponent of `**` is a plain number. Every result is made by the three primitives alone, since they
    record what a later backward pass needs; a number that is put in a Value by hand has forgotten its past.

    >>> a = Value(4.0)
    >>> (1 - a / 2).data, (8 / a).data, sum([a, a]).data, (-a).data
    (-1.0, 2.0, 8.0, -4.0)

    Source: the Python reference, "Emulating numeric types".
    """

    def __init__(self, data: float, parents: tuple[Value, ...] = (), op: str = "") -> None:
        self.data = data
        self._prev, self._op = parents, op

    def __add__(self, other: Value | float) -> Value:
        """self + other."""
        raise NotImplementedError

    def __radd__(self, other: float) -> Value:
        """other + self, where other is no Value."""
        raise NotImplementedError

    def __mul__(self, other: Value | float) -> Value:
        """self * other."""
        raise NotImplementedError

    def __rmul__(self, other: float) -> Value:
        """other * self, where other is no Value."""
        raise NotImplementedError

    def __pow__(self, exponent: int | float) -> Value:
        """self ** exponent."""
        raise NotImplementedError

    def __neg__(self) -> Value:
        """-self."""
        raise NotImplementedError

    def __sub__(self, other: Value | float) -> Value:
        """self - other."""
        raise NotImplementedError

    def __rsub__(self, other: float) -> Value:
        """other - self, where other is no Value."""
        raise NotImplementedError

    def __truediv__(self, other: Value | float) -> Value:
        """self / other."""
        raise NotImplementedError

    def __rtruediv__(self, other: float) -> Value:
        """other / self, where other is no Value."""
        raise NotImplementedError
