import itertools
from collections.abc import Callable
from typing import Any
import torch
from jaxtyping import Float
from torch import Tensor

class LinearModule:

    def __init__(self, fan_in: int, fan_out: int, bias: bool=True) -> None:
        self.weight = torch.randn(fan_in, fan_out) / fan_in ** 0.5
        self.bias = torch.zeros(fan_out) if bias else None

    def __call__(self, x: Float[Tensor, 'N K']) -> Float[Tensor, 'N H']:
        self.out = x @ self.weight
        if self.bias is not None:
            self.out = self.out + self.bias
        return self.out

    def parameters(self) -> list[Tensor]:
        return [self.weight] if self.bias is None else [self.weight, self.bias]

class BatchNorm1dModule:

    def __init__(self, dim: int, eps: float=1e-05, momentum: float=0.1) -> None:
        self.eps, self.momentum, self.training = (eps, momentum, True)
        self.gamma = torch.ones(dim)
        self.beta = torch.zeros(dim)
        self.running_mean = torch.zeros(dim)
        self.running_var = torch.ones(dim)

    def __call__(self, x: Float[Tensor, 'N H']) -> Float[Tensor, 'N H']:
        if self.training:
            mean = x.mean(dim=0)
            var = x.var(dim=0, correction=0)
            with torch.no_grad():
                m = self.momentum
                self.running_mean = (1 - m) * self.running_mean + m * mean
                self.running_var = (1 - m) * self.running_var + m * x.var(dim=0)
        else:
            mean, var = (self.running_mean, self.running_var)
        xhat = (x - mean) / torch.sqrt(var + self.eps)
        self.out = self.gamma * xhat + self.beta
        return self.out

    def parameters(self) -> list[Tensor]:
        return [self.gamma, self.beta]

class TanhModule:

    def __call__(self, x: Float[Tensor, 'N H']) -> Float[Tensor, 'N H']:
        self.out = torch.tanh(x)
        return self.out

    def parameters(self) -> list[Tensor]:
        return []

class Sequential:

    def __init__(self, layers: list[Any]) -> None:
        self.layers = layers
        self.training = True

    def __call__(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = layer(x)
        self.out = x
        return self.out

    def parameters(self) -> list[Tensor]:
        return [p for layer in self.layers for p in layer.parameters()]

    def train(self, mode: bool=True) -> None:
        self.training = mode
        for layer in self.layers:
            layer.training = mode
            if isinstance(layer, Sequential):
                layer.train(mode)

def build_mlp_bn(widths: list[int], Linear: Callable[..., Any], BatchNorm1d: Callable[..., Any], Tanh: Callable[..., Any]) -> list[Any]:
    layers = []
    for fan_in, fan_out in itertools.pairwise(widths):
        layers += [Linear(fan_in, fan_out, bias=False), BatchNorm1d(fan_out), Tanh()]
    layers.pop()
    with torch.no_grad():
        layers[-1].gamma *= 0.1
    return layers
