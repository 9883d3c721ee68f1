from __future__ import annotations
from collections.abc import Sequence
import torch
from torch import Tensor
import math
import torch
from torch import Tensor
from jaxtyping import Float, Int



class Parabola:

    def __init__(self, *coefficients: float) -> None:
        self.coefficients = [torch.tensor(c, dtype=torch.float64, requires_grad=True) for c in coefficients]

    def __call__(self, x: float) -> Tensor:
        a, b, c = self.coefficients
        return a * x * x + b * x + c

    def parameters(self) -> list[Tensor]:
        return list(self.coefficients)


def mse_loss_sum(ys, preds):
    total = 0.0
    for i in range(len(ys)):
        difference = ys[i] - preds[i]
        total = total + difference * difference
    return total


def zero_grad(model):
    nothing = torch.zeros((), dtype=torch.float64)
    for p in model.parameters():
        p.grad = nothing


def sgd_step(model, lr):
    with torch.no_grad():
        for p in model.parameters():
            p -= lr * p.grad


def fit(model, xs, ys, lr, steps):
    losses = []
    for p in model.parameters():
        p.grad = None
    for _ in range(steps):
        loss = 0.0
        for x, y in zip(xs, ys, strict=True):
            loss = loss + (y - model(x)) ** 2
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                p -= lr * p.grad
                p.grad.zero_()
        losses.append(float(loss))
    return losses
