import math
from collections.abc import Callable
import torch
from jaxtyping import Float
from torch import Tensor

def std_after_matmul(x_std: float, w_std: float, fan_in: int) -> float:
    return x_std * w_std * math.sqrt(fan_in)

def kaiming_std(fan_in: int, gain: float) -> float:
    return gain / math.sqrt(fan_in)

def gain_of(f: Callable[[Tensor], Tensor]) -> float:
    z = torch.linspace(-12.0, 12.0, 24001, dtype=torch.float64)
    density = torch.exp(-z ** 2 / 2) / math.sqrt(2 * math.pi)
    mean_square = (f(z) ** 2 * density).sum() * (z[1] - z[0])
    return 1 / math.sqrt(mean_square.item())

def kaiming_init(fan_in: int, fan_out: int, nonlinearity: str, seed: int) -> Float[Tensor, 'fan_in fan_out']:
    gains = {'linear': 1.0, 'relu': math.sqrt(2.0), 'tanh': 5 / 3}
    if nonlinearity not in gains:
        raise ValueError(f"The gain of {nonlinearity!r} is not known; known are {', '.join(gains)}.")
    g = torch.Generator().manual_seed(seed)
    w = torch.randn((fan_in, fan_out), generator=g, dtype=torch.float64)
    return w * gains[nonlinearity] / math.sqrt(fan_in)

def linear_stack_collapses(weights: list[Tensor], biases: list[Tensor]) -> tuple[Float[Tensor, 'K V'], Float[Tensor, 'V']]:
    W, b = (weights[0].clone(), biases[0].clone())
    for weight, bias in zip(weights[1:], biases[1:], strict=True):
        W = W @ weight
        b = b @ weight + bias
    return (W, b)

def deep_linear_step(weights: list[Tensor], dW: Float[Tensor, 'K V'], lr: float) -> Float[Tensor, 'K V']:
    stepped = []
    for i, weight in enumerate(weights):
        d = dW
        for before in weights[:i]:
            d = before.T @ d
        for after in reversed(weights[i + 1:]):
            d = d @ after.T
        stepped.append(weight - lr * d)
    product = stepped[0]
    for weight in stepped[1:]:
        product = product @ weight
    return product

def gain_sweep(x: Float[Tensor, 'N K'], weights: Float[Tensor, 'L K K'], gains: Float[Tensor, 'G'], tanh: bool) -> tuple[Float[Tensor, 'G L'], list[str]]:
    G, L, fan_in = (len(gains), len(weights), x.shape[1])
    stds = torch.zeros((G, L), dtype=x.dtype)
    verdicts = []
    for row, gain in enumerate(gains):
        h = x
        for layer, weight in enumerate(weights):
            h = h @ (weight * gain / math.sqrt(fan_in))
            h = torch.tanh(h) if tanh else h
            stds[row, layer] = h.std()
        first, last = (stds[row, 0], stds[row, -1])
        if tanh and (h.abs() > 0.97).double().mean() > 0.25:
            verdicts.append('saturate')
        elif last < 0.6 * first:
            verdicts.append('shrink')
        elif last > 1.5 * first:
            verdicts.append('explode')
        else:
            verdicts.append('ok')
    return (stds, verdicts)
