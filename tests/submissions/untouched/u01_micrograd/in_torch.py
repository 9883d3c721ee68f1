"""The same with PyTorch: scalars as tensors, and an operation of one's own for its autograd."""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor


def torch_scalar_parity(x1: float, x2: float, w1: float, w2: float, b: float) -> dict[str, float]:
    """Let PyTorch find the gradients of the neuron that you differentiated by hand.

    Make a tensor of one number for each input, compute o = tanh(x1*w1 + x2*w2 + b) from them, and let
    autograd run backwards from o. Work in float64 from the first tensor on, because PyTorch's usual float32
    agrees with your own engine to seven digits only. An input may also be an int. Returns o and the
    gradients of the five inputs under "o", "x1", "x2", "w1", "w2" and "b", all of them plain Python floats.

    >>> parity = torch_scalar_parity(2, 0, -3.0, 1.0, 6.8813735870195432)
    >>> round(parity["o"], 6), round(parity["x1"], 6), round(parity["w1"], 6)
    (0.707107, -1.5, 1.0)
    """
    raise NotImplementedError


class LegendrePolynomial3(torch.autograd.Function):
    """The Legendre polynomial of degree three, half of 5x^3 - 3x, as an operation of PyTorch's autograd.

    A `torch.autograd.Function` is a `Value` operation in other clothes: `forward` computes the result,
    `backward` is the step backwards. What the step needs is handed to `ctx.save_for_backward(...)` on the
    way forward and taken from `ctx.saved_tensors`, a tuple, on the way back. PyTorch adds gradients up by
    itself, so `backward` returns its gradient instead of adding it anywhere. The operation is used by
    `apply`:

        x = torch.tensor([2.0], requires_grad=True)
        y = LegendrePolynomial3.apply(x)       # tensor([17.])

    Source: the PyTorch tutorial "Defining New autograd Functions".
    """

    @staticmethod
    def forward(ctx: Any, x: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        """The polynomial of every entry of `x`, which stays as it is."""
        raise NotImplementedError

    @staticmethod
    def backward(ctx: Any, g: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        """The gradient of `x`, where `g` is what has arrived at the result. `g` stays as it is."""
        raise NotImplementedError
