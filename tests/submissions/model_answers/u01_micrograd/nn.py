from __future__ import annotations
import torch
from torch import Tensor

def scalar(number: float) -> Tensor:
    return torch.tensor(number, dtype=torch.float64, requires_grad=True)

def uniform() -> float:
    return float(torch.rand((), dtype=torch.float64)) * 2 - 1

class Neuron:

    def __init__(self, nin: int) -> None:
        self.w = [scalar(uniform()) for _ in range(nin)]
        self.b = scalar(uniform())

    def __call__(self, x: list) -> Tensor:
        if len(x) != len(self.w):
            raise ValueError(f'A neuron with {len(self.w)} inputs was given {len(x)}.')
        act = sum((w * xi for w, xi in zip(self.w, x, strict=True)), self.b)
        return act.tanh()

    def parameters(self) -> list[Tensor]:
        return [*self.w, self.b]

class Layer:

    def __init__(self, nin: int, nout: int) -> None:
        self.neurons = [Neuron(nin) for _ in range(nout)]

    def __call__(self, x: list) -> Tensor | list[Tensor]:
        outs = [neuron(x) for neuron in self.neurons]
        return outs[0] if len(outs) == 1 else outs

    def parameters(self) -> list[Tensor]:
        return [p for neuron in self.neurons for p in neuron.parameters()]

class MLP:

    def __init__(self, nin: int, nouts: list[int]) -> None:
        sizes = [nin, *nouts]
        self.layers = [Layer(sizes[i], sizes[i + 1]) for i in range(len(nouts))]

    def __call__(self, x: list) -> Tensor | list[Tensor]:
        for layer in self.layers:
            x = layer(x)
        return x

    def parameters(self) -> list[Tensor]:
        return [p for layer in self.layers for p in layer.parameters()]
