from __future__ import annotations
import math
import torch
from torch import Tensor
from jaxtyping import Float, Int



class Leaf:

    def __init__(self, data, parents=(), op=''):
        self.data = data
        self._prev, self._op = (parents, op)


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


class Value(Leaf):

    def __add__(self, other):
        return add(self, other if isinstance(other, Value) else Value(other))

    def __mul__(self, other):
        return mul(self, other if isinstance(other, Value) else Value(other))

    def __pow__(self, exponent):
        return power(self, exponent)

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __rsub__(self, other):
        return -(self - other)

    def __truediv__(self, other):
        return self * other ** (-1)

    def __rtruediv__(self, other):
        return self ** (-1) * other
    __radd__ = __add__
    __rmul__ = __mul__


def _wrapped(number: Value | float) -> Value:
    return number if isinstance(number, Value) else Value(number)
