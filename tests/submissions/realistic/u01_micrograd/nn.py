from __future__ import annotations
import torch
from torch import Tensor
import math
import torch
from torch import Tensor
from jaxtyping import Float, Int



def scalar(number: float) -> Tensor:
    return torch.tensor(number, dtype=torch.float64, requires_grad=True)


def uniform() -> float:
    return float(torch.rand((), dtype=torch.float64)) * 2 - 1


class Neuron:

    def __init__(self, nin):
        self.weights = []
        for _ in range(nin):
            self.weights.append(scalar(uniform()))
        self.bias = scalar(uniform())

    def __call__(self, x):
        assert len(x) == len(self.weights)
        total = self.bias
        for i in range(len(x)):
            total = total + x[i] * self.weights[i]
        return total.tanh()

    def parameters(self):
        return [*self.weights, self.bias]


class Layer:

    def __init__(self, nin: int, nout: int) -> None:
        self.neurons = [Neuron(nin)] * nout

    def __call__(self, x: list) -> Tensor | list[Tensor]:
        outs = [neuron(x) for neuron in self.neurons]
        return outs[0] if len(outs) == 1 else outs

    def parameters(self) -> list[Tensor]:
        return [p for neuron in self.neurons for p in neuron.parameters()]


class MLP:

    def __init__(self, nin, nouts):
        self.layers = [Layer(a, b) for a, b in zip([nin, *nouts], nouts, strict=False)]

    def __call__(self, x):
        values = x
        for layer in self.layers:
            values = layer(values if isinstance(values, list) else [values])
        return values

    def parameters(self):
        return [p for i in range(len(self.layers)) for p in self.layers[i].parameters()]
