import itertools
from collections.abc import Callable
from typing import Any
import torch
from jaxtyping import Float
from torch import Tensor
import math
import torch
from torch import Tensor
from jaxtyping import Float, Int



class LinearModule:

    def __init__(self, fan_in, fan_out, bias=True):
        self.params = [torch.normal(0.0, fan_in ** (-0.5), (fan_in, fan_out), requires_grad=True)]
        if bias:
            self.params.append(torch.zeros(fan_out, requires_grad=True))
        self.weight, self.bias = (self.params[0], self.params[1] if bias else None)

    def __call__(self, x):
        self.out = torch.einsum('nk,kh->nh', x, self.weight)
        if self.bias is not None:
            self.out = self.out + self.bias
        return self.out

    def parameters(self):
        return self.params


class BatchNorm1dModule:

    def __init__(self, dim, eps=1e-05, momentum=0.1):
        self.eps, self.momentum, self.training = (eps, momentum, True)
        self.gamma, self.beta = (torch.ones(dim, requires_grad=True), torch.zeros(dim, requires_grad=True))
        self.running_mean, self.running_var = (torch.zeros(dim), torch.ones(dim))

    def __call__(self, x):
        mean, var = (self.running_mean, self.running_var)
        if self.training:
            var, mean = torch.var_mean(x, 0, correction=0)
            n = x.shape[0]
            self.running_mean.lerp_(mean.detach(), self.momentum)
            self.running_var.lerp_(var.detach() * n / (n - 1), self.momentum)
        self.out = (x - mean) * (var + self.eps) ** (-0.5) * self.gamma + self.beta
        return self.out

    def parameters(self):
        return [self.gamma, self.beta]


class TanhModule:

    def __call__(self, x: Float[Tensor, 'N H']) -> Float[Tensor, 'N H']:
        self.out = torch.tanh(x)
        out, self.out = (self.out, None)
        return out

    def parameters(self) -> list[Tensor]:
        return []


class Sequential:

    def __init__(self, layers):
        self.layers, self.training, self.out = (list(layers), True, None)

    def __call__(self, x):
        self.out = x
        for i in range(len(self.layers)):
            self.out = self.layers[i](self.out)
        return self.out

    def parameters(self):
        found = []
        for layer in self.layers:
            found.extend(layer.parameters())
        return found

    def train(self, mode=True):
        self.training = mode
        for layer in self.layers:
            if hasattr(layer, 'train'):
                layer.train(mode)
            else:
                layer.training = mode


def build_mlp_bn(widths, Linear, BatchNorm1d, Tanh):
    layers = []
    for i in range(len(widths) - 2):
        layers.append(Linear(widths[i], widths[i + 1], bias=False))
        layers.append(BatchNorm1d(widths[i + 1]))
        layers.append(Tanh())
    last = BatchNorm1d(widths[-1])
    last.gamma = (last.gamma * 0.1).detach().requires_grad_()
    return [*layers, Linear(widths[-2], widths[-1], False), last]
