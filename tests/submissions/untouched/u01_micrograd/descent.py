"""From gradients to learning: a loss, one step, a clean slate, and the loop around them."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


class Parabola:
    """A small model, given: three numbers a, b, c, and the prediction a x^2 + b x + c for an input x.

    Its parameters are tensors with one entry that record what happens to them, as in `nn.py`. Your own
    network has the same two things, a call and `parameters()`, so all functions here work for it too.

    >>> model = Parabola(1.0, 0.0, 2.0)
    >>> model(3.0).item(), len(model.parameters())
    (11.0, 3)
    """

    def __init__(self, *coefficients: float) -> None:
        self.coefficients = [torch.tensor(c, dtype=torch.float64, requires_grad=True) for c in coefficients]

    def __call__(self, x: float) -> Tensor:
        a, b, c = self.coefficients
        return a * x * x + b * x + c

    def parameters(self) -> list[Tensor]:
        return list(self.coefficients)


def mse_loss_sum(ys: Sequence[float], preds: Sequence[Tensor]) -> Tensor:
    """Return the sum of the squared distances between the targets `ys` and the predictions `preds`.

    The *sum*, not the mean, as in the lecture. `preds` are scalars that record what happens to them, and
    the loss must be one too: a backward pass starts at it.

    >>> a, b = torch.tensor(1.0, requires_grad=True), torch.tensor(5.0, requires_grad=True)
    >>> loss = mse_loss_sum([3.0, 4.0], [a, b])
    >>> loss.backward()
    >>> loss.item(), a.grad.item(), b.grad.item()
    (5.0, -4.0, 2.0)
    """
    raise NotImplementedError


def zero_grad(model: Parabola) -> None:
    """Forget the gradients of all parameters of `model`, so that the next backward pass starts afresh.

    Afterwards each `grad` is None or zero; both are "no gradient" in PyTorch, and before the first backward
    pass it is None. The parameters themselves stay as they are, and `model` keeps the same objects.

    >>> model = Parabola(1.0, 0.0, 2.0)
    >>> model(3.0).backward()
    >>> zero_grad(model)
    >>> [0.0 if p.grad is None else p.grad.item() for p in model.parameters()]
    [0.0, 0.0, 0.0]
    """
    raise NotImplementedError


def sgd_step(model: Parabola, lr: float) -> None:
    """Move every parameter of `model` one step downhill, by `lr` times its own gradient.

    The step is no part of any graph: change the number in the parameter (`p.data`), so that the model keeps
    the same objects. The gradients stay as they are.

    >>> model = Parabola(1.0, 0.0, 2.0)
    >>> model(3.0).backward()
    >>> sgd_step(model, lr=0.5)
    >>> [p.item() for p in model.parameters()]
    [-3.5, -1.5, 1.5]
    """
    raise NotImplementedError


def fit(model: Parabola, xs: Sequence[float], ys: Sequence[float], lr: float, steps: int) -> list[float]:
    """Train `model` on the inputs `xs` with targets `ys`, and return the loss of each step as a plain number.

    In each step: predict all of `xs`, take the sum of squared distances to `ys` as the loss, find its
    gradient, move every parameter downhill by `lr` times its gradient. The gradient of a step is that of
    its own loss alone, also where the parameters come with gradients from before; the loss of a step is what
    the model had *before* it moved. `lr` may be far too large; then the losses grow, and that is no mistake
    of yours.

    >>> model = Parabola(0.0, 0.0, 0.0)
    >>> fit(model, xs=[1.0], ys=[2.0], lr=0.125, steps=3)
    [4.0, 0.25, 0.015625]

    You may call your own `mse_loss_sum`, `zero_grad` and `sgd_step`.
    """
    raise NotImplementedError
