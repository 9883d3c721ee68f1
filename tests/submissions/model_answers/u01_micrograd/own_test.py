from __future__ import annotations
from collections.abc import Callable
import torch
from torch import Tensor

def torch_leaf(number: float) -> Tensor:
    return torch.tensor(number, dtype=torch.float64, requires_grad=True)

def engine_test(value: Callable) -> bool:

    def results(make: Callable, build: Callable) -> list[float]:
        leaves = [make(number) for number in (0.5, -0.75, 1.25)]
        out = build(*leaves)
        out.backward()
        return [float(out.data), *(float(leaf.grad) for leaf in leaves)]

    def skip_first(a, b, c):
        d = a * b + c
        return d * (d + c).tanh()

    def skip_last(a, b, c):
        d = a * b + c
        return (d + c).tanh() * d

    def deep_skip(a, b, c):
        d = a * b
        return ((d + c) * c + a) * d

    def same_twice(a, b, c):
        d = a.tanh() * c
        return d * d + a * b
    for build in (skip_first, skip_last, deep_skip, same_twice):
        pairs = zip(results(value, build), results(torch_leaf, build), strict=True)
        if any((abs(mine - right) > 1e-09 for mine, right in pairs)):
            return False
    return True
