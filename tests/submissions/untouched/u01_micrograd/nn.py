"""A network of single neurons, and the loop that trains it, over numbers that record what happens to them."""

from __future__ import annotations

import torch
from torch import Tensor


def scalar(number: float) -> Tensor:
    """A number that records what happens to it. Given.

    It is a tensor with one entry, in double precision, and has all that you know from your own class:
    `.data`, `.grad` (None before the first backward pass, where yours has 0.0), `.tanh()`, `.backward()`
    and the operators. What you write here runs with your class in place of this function as well.

    >>> a = scalar(3.0)
    >>> (a * a + 1).backward()
    >>> a.grad.item()
    6.0
    """
    return torch.tensor(number, dtype=torch.float64, requires_grad=True)


def uniform() -> float:
    """A random number between -1 and 1, each as likely as any other. Given."""
    return float(torch.rand((), dtype=torch.float64)) * 2 - 1


class Neuron:
    """One neuron with `nin` inputs: a weight for each input, one bias, and tanh at the end.

    All weights and the bias are made by `scalar`, from random numbers between -1 and 1, each with its own
    random number. A call takes a list of `nin` inputs (numbers or scalars) and returns one scalar.
    `parameters()` lists the scalars themselves, not copies: first the weights in the order of the inputs,
    then the bias. A call with another number of inputs than `nin` raises a ValueError.

    >>> neuron = Neuron(2)
    >>> len(neuron.parameters()), -1 < neuron([0.5, -2.0]).item() < 1
    (3, True)
    """

    def __init__(self, nin: int) -> None:
        raise NotImplementedError

    def __call__(self, x: list) -> Tensor:
        raise NotImplementedError

    def parameters(self) -> list[Tensor]:
        raise NotImplementedError


class Layer:
    """`nout` neurons that all see the same `nin` inputs, each with weights of its own.

    A call takes a list of `nin` inputs and returns the list of the neurons' outputs in their order; a layer
    of one neuron returns its output alone, not in a list. `parameters()` is one flat list: all of the first
    neuron, then all of the second, and so on. Make the neurons with `Neuron`: checks of this exercise put a
    right one in its place, so yours need not work yet.

    >>> Layer(2, 3) is not None
    True
    """

    def __init__(self, nin: int, nout: int) -> None:
        raise NotImplementedError

    def __call__(self, x: list) -> Tensor | list[Tensor]:
        raise NotImplementedError

    def parameters(self) -> list[Tensor]:
        raise NotImplementedError


class MLP:
    """Layers one after the other: `MLP(3, [4, 4, 1])` has 3 inputs, two layers of 4 neurons and one of 1.

    A call takes a list of `nin` inputs and returns what the last layer returns. `parameters()` is one flat
    list, layer after layer. Only the last layer may have a single neuron. `nouts` stays as it is. Make the
    layers with `Layer`: checks of this exercise put a right one in its place, so yours need not work yet.

    >>> MLP(3, [4, 4, 1]) is not None
    True
    """

    def __init__(self, nin: int, nouts: list[int]) -> None:
        raise NotImplementedError

    def __call__(self, x: list) -> Tensor | list[Tensor]:
        raise NotImplementedError

    def parameters(self) -> list[Tensor]:
        raise NotImplementedError
