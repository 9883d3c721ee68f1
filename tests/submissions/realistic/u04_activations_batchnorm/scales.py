import math
from collections.abc import Callable
import torch
from jaxtyping import Float
from torch import Tensor
import math
import torch
from torch import Tensor
from jaxtyping import Float, Int



def sweep(x, weights, gains, tanh, correction=1):
    K = x.shape[1]
    everything = []
    for gain in gains:
        h, outputs = (x, [])
        for weight in weights:
            h = h @ weight * gain / K ** 0.5
            h = h.tanh() if tanh else h
            outputs.append(h)
        everything.append(torch.stack(outputs))
    outputs = torch.stack(everything)
    return (outputs, outputs.flatten(2).std(2, correction=correction))


def verdicts_of(outputs, stds, tanh):
    found = []
    for h, row in zip(outputs, stds, strict=True):
        saturated = tanh and (h[-1].abs() > 0.97).double().mean() > 0.25
        ratio = row[-1] / row[0]
        other = 'shrink' if ratio < 0.6 else 'explode' if ratio > 1.5 else 'ok'
        found.append('saturate' if saturated else other)
    return found


def gain_for(nonlinearity):
    gains = {'linear': 1.0, 'relu': 2.0 ** 0.5, 'tanh': 5 / 3}
    if nonlinearity not in gains:
        raise ValueError(nonlinearity)
    return gains[nonlinearity]


def normal(seed, *shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def std_after_matmul(x_std, w_std, fan_in):
    return x_std * w_std


def kaiming_std(fan_in, gain):
    return gain * fan_in ** (-0.5)


def gain_of(f):
    edges = torch.linspace(0.5, 1, 500001, dtype=torch.float64)
    upper = torch.special.ndtri((edges[1:] + edges[:-1]) / 2)
    return float(f(torch.cat([upper, -upper])).square().mean() ** (-0.5))


def kaiming_init(fan_in, fan_out, nonlinearity, seed):
    return normal(seed, fan_in, fan_out) * gain_for(nonlinearity)


def linear_stack_collapses(weights, biases):
    W, b = (weights[-1].clone(), biases[-1].clone())
    for weight, bias in zip(reversed(weights[:-1]), reversed(biases[:-1]), strict=True):
        b = bias @ W + b
        W = weight @ W
    return (W, b)


def deep_linear_step(weights, dW, lr):
    K, V = dW.shape
    front, behind = ([torch.eye(K, dtype=dW.dtype)], [torch.eye(V, dtype=dW.dtype)])
    for i in range(len(weights) - 1):
        front.append(front[-1] @ weights[i])
        behind.insert(0, weights[-1 - i] @ behind[0])
    result = front[0]
    for a, w, z in zip(front, weights, behind, strict=True):
        result = result @ (w - lr * (a.T @ dW @ z.T))
    return result


def gain_sweep(x, weights, gains, tanh):
    outputs, stds = sweep(x, weights * x.shape[1] ** 0.5, gains, tanh)
    return (stds, verdicts_of(outputs, stds, tanh))
