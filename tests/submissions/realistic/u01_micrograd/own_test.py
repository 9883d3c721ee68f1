from __future__ import annotations
from collections.abc import Callable
import torch
from torch import Tensor
import math
import torch
from torch import Tensor
from jaxtyping import Float, Int



def agree(value, build, numbers=(0.5, -0.75, 1.25)):
    found = []
    for make in (value, torch_leaf):
        leaves = [make(x) for x in numbers]
        out = build(*leaves)
        out.backward()
        found.append([float(out.data)] + [0.0 if leaf.grad is None else float(leaf.grad) for leaf in leaves])
    return all((abs(mine - right) < 1e-09 for mine, right in zip(*found, strict=True)))


def torch_leaf(number: float) -> Tensor:
    return torch.tensor(number, dtype=torch.float64, requires_grad=True)


def engine_test(value):

    def in_the_middle(a, b, c):
        d = a * b
        return d * (d + c)
    tests = [lambda a, b, c: a + a + b * c, lambda a, b, c: a * b * c, lambda a, b, c: (a + b).tanh(), lambda a, b, c: (a * b).tanh() * (a * b).tanh(), in_the_middle, lambda a, b, c: in_the_middle(a, b, c) * in_the_middle(c, a, b)]
    return all((agree(value, test) for test in tests))
