"""A test for engines: which expressions tell a right one from a wrong one?"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def torch_leaf(number: float) -> Tensor:
    """A leaf of PyTorch's engine, which is a right one. Given."""
    return torch.tensor(number, dtype=torch.float64, requires_grad=True)


def engine_test(value: Callable) -> bool:
    """Say whether an engine is right: the test that you would write for your own class `Value`.

    `value` makes a leaf of some engine, `value(2.0)`. Its objects have `.data`, `.grad`, `.tanh()`,
    `.backward()`, and `+` and `*` for two of them, as yours have; nothing else is sure. Return True if the
    engine finds the right numbers and the right gradients for whatever is built from them, and False if it
    does not. Compare with PyTorch, or with numbers that you have found by hand.

    The engines that you will be given: a right one, and one for each mistake that the handout lists. It is
    your choice of expressions that finds them.

    >>> engine_test(torch_leaf)
    True
    """

    raise NotImplementedError
