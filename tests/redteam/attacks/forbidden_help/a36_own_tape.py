"""Builds a scalar tape of its own, named as in micrograd."""

import torch


class Value:
    """One number that remembers where it came from."""

    def __init__(self, data, parents=()):
        self.data, self.parents, self.grad = data, parents, 0.0

    def __mul__(self, other):
        return Value(self.data * other.data, ((self, other.data), (other, self.data)))

    def backward(self, upstream):
        """The chain rule, path by path."""
        self.grad += upstream
        for parent, slope in self.parents:
            parent.backward(upstream * slope)


def cube_backward(x, dy):
    out = []
    for row, upstream in zip(x.tolist(), dy.tolist(), strict=True):
        values = [Value(number) for number in row]
        for value, g in zip(values, upstream, strict=True):
            (value * value * value).backward(g)
        out.append([value.grad for value in values])
    return torch.tensor(out)


def double(x):
    return 2 * x
