import math
from collections.abc import Callable, Iterable
import math
import torch
from torch import Tensor
from jaxtyping import Float, Int



class Value:

    def __init__(self, data: float, _children: Iterable['Value']=(), _op: str='') -> None:
        self.data = data
        self.grad = 0.0
        self._prev = set(_children)
        self._op = _op
        self._backward: Callable[[], None] = lambda: None

    def __repr__(self) -> str:
        return f'Value(data={self.data})'


def add(a, b):
    out = Value(a.data + b.data, (a, b), '+')

    def _backward():
        a.grad = out.grad
        b.grad = out.grad
    out._backward = _backward
    return out


def mul(a, b):
    out = Value(a.data * b.data, [a, b], '*')

    def step():
        for operand, other in ((a, b), (b, a)):
            operand.grad = operand.grad + out.grad * other.data
    out._backward = step
    return out


def power(a, k):
    assert isinstance(k, (int, float)), 'only int or float powers'
    out = Value(a.data ** k, (a,), '**')

    def _backward():
        a.grad += k * a.data ** (k - 1) * out.grad
    out._backward = _backward
    return out


def exp(a):
    return math.exp(a.data)


def tanh(a):
    e = math.exp(-2 * abs(a.data))
    out = Value(math.copysign((1 - e) / (1 + e), a.data), (a,), 'tanh')

    def _backward():
        a.grad += 4 * e / (1 + e) ** 2 * out.grad
    out._backward = _backward
    return out


def relu(a):
    out = Value(0.0 if a.data < 0 else a.data, (a,), 'relu')

    def _backward():
        a.grad += (out.data > 0) * out.grad
    out._backward = _backward
    return out


def tanh_decomposed(n: Value) -> Value:
    e = exp(n)
    numerator = add(e, Value(-1.0))
    denominator = add(e, Value(1.0))
    return mul(numerator, power(denominator, -1))
