from __future__ import annotations
from collections.abc import Sequence
import torch
from torch import Tensor

class Parabola:

    def __init__(self, *coefficients: float) -> None:
        self.coefficients = [torch.tensor(c, dtype=torch.float64, requires_grad=True) for c in coefficients]

    def __call__(self, x: float) -> Tensor:
        a, b, c = self.coefficients
        return a * x * x + b * x + c

    def parameters(self) -> list[Tensor]:
        return list(self.coefficients)

def mse_loss_sum(ys: Sequence[float], preds: Sequence[Tensor]) -> Tensor:
    return sum(((pred - y) ** 2 for y, pred in zip(ys, preds, strict=True)), torch.tensor(0.0))

def zero_grad(model: Parabola) -> None:
    for p in model.parameters():
        p.grad = None

def sgd_step(model: Parabola, lr: float) -> None:
    for p in model.parameters():
        p.data -= lr * p.grad

def fit(model: Parabola, xs: Sequence[float], ys: Sequence[float], lr: float, steps: int) -> list[float]:
    losses = []
    for _ in range(steps):
        total = sum(((model(x) - y) ** 2 for x, y in zip(xs, ys, strict=True)), torch.tensor(0.0))
        for p in model.parameters():
            p.grad = None
        total.backward()
        for p in model.parameters():
            p.data -= lr * p.grad
        losses.append(total.item())
    return losses
