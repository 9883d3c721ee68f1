from __future__ import annotations

def add(a: Value, b: Value) -> Value:
    return Value(_of(a) + _of(b), (a, b), '+')

def mul(a: Value, b: Value) -> Value:
    return Value(_of(a) * _of(b), (a, b), '*')

def power(a: Value, k: int | float) -> Value:
    return Value(_of(a) ** k, (a,), f'**{k}')

def _of(value: Value) -> float:
    if not isinstance(value, Value):
        raise TypeError(f'add, mul and power compute with Values, and {value!r} is none.')
    return value.data

class Value:

    def __init__(self, data: float, parents: tuple[Value, ...]=(), op: str='') -> None:
        self.data = data
        self._prev, self._op = (parents, op)

    def __add__(self, other: Value | float) -> Value:
        return add(self, _wrapped(other))

    def __radd__(self, other: float) -> Value:
        return add(_wrapped(other), self)

    def __mul__(self, other: Value | float) -> Value:
        return mul(self, _wrapped(other))

    def __rmul__(self, other: float) -> Value:
        return mul(_wrapped(other), self)

    def __pow__(self, exponent: int | float) -> Value:
        return power(self, exponent)

    def __neg__(self) -> Value:
        return mul(self, Value(-1.0))

    def __sub__(self, other: Value | float) -> Value:
        return add(self, -_wrapped(other))

    def __rsub__(self, other: float) -> Value:
        return add(_wrapped(other), -self)

    def __truediv__(self, other: Value | float) -> Value:
        return mul(self, power(_wrapped(other), -1))

    def __rtruediv__(self, other: float) -> Value:
        return mul(_wrapped(other), power(self, -1))

def _wrapped(number: Value | float) -> Value:
    return number if isinstance(number, Value) else Value(number)
