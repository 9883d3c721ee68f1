import math
from collections.abc import Callable, Iterable

class Value:

    def __init__(self, data: float, _children: Iterable['Value']=(), _op: str='') -> None:
        self.data = data
        self.grad = 0.0
        self._prev = set(_children)
        self._op = _op
        self._backward: Callable[[], None] = lambda: None

    def __repr__(self) -> str:
        return f'Value(data={self.data})'

def add(a: Value, b: Value) -> Value:
    out = Value(a.data + b.data, (a, b), '+')

    def _backward() -> None:
        a.grad += out.grad
        b.grad += out.grad
    out._backward = _backward
    return out

def mul(a: Value, b: Value) -> Value:
    out = Value(a.data * b.data, (a, b), '*')

    def _backward() -> None:
        a.grad += b.data * out.grad
        b.grad += a.data * out.grad
    out._backward = _backward
    return out

def power(a: Value, k: float) -> Value:
    if not isinstance(k, (int, float)):
        raise TypeError(f'the exponent must be a plain number, not {k!r}')
    out = Value(a.data ** k, (a,), '**')

    def _backward() -> None:
        a.grad += k * a.data ** (k - 1) * out.grad
    out._backward = _backward
    return out

def exp(a: Value) -> Value:
    out = Value(math.exp(a.data), (a,), 'exp')

    def _backward() -> None:
        a.grad += out.data * out.grad
    out._backward = _backward
    return out

def tanh(a: Value) -> Value:
    t = math.tanh(a.data)
    out = Value(t, (a,), 'tanh')

    def _backward() -> None:
        a.grad += (1 - t ** 2) * out.grad
    out._backward = _backward
    return out

def relu(a: Value) -> Value:
    out = Value(max(0.0, a.data), (a,), 'relu')

    def _backward() -> None:
        if a.data > 0:
            a.grad += out.grad
    out._backward = _backward
    return out

def tanh_decomposed(n: Value) -> Value:
    e = exp(mul(Value(2.0), n))
    numerator = add(e, Value(-1.0))
    denominator = add(e, Value(1.0))
    return mul(numerator, power(denominator, -1))
