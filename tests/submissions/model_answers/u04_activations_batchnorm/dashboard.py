import math
import torch
from jaxtyping import Float
from torch import Tensor

def activation_stats(layers: list[Tensor], tau: float=0.97) -> list[dict[str, float]]:
    return [{'mean': h.mean().item(), 'std': h.std().item(), 'saturated': (h.abs() > tau).double().mean().item()} for h in layers]

def activation_histogram(h: Float[Tensor, 'N H'], bins: int) -> tuple[Float[Tensor, 'bins'], Float[Tensor, 'edges']]:
    low, high = (h.min(), h.max())
    width = (high - low) / bins
    edges = low + width * torch.arange(bins + 1)
    numbers = ((h - low) / width).long().clamp(max=bins - 1)
    counts = torch.bincount(numbers.flatten(), minlength=bins)
    return (counts.to(h.dtype) / (h.numel() * width), edges)

def gradient_stats(x: Float[Tensor, 'N K'], weights: list[Tensor], dout: Float[Tensor, 'N V']) -> list[dict[str, float]]:
    h, outputs = (x.clone(), [])
    for weight in weights:
        h = torch.tanh(h @ weight)
        outputs.append(h)
    d, stats = (dout, [])
    for h, weight in zip(reversed(outputs), reversed(weights), strict=True):
        stats.append({'mean': d.mean().item(), 'std': d.std().item()})
        d = (1 - h ** 2) * d @ weight.T
    return stats[::-1]

def weight_grad_stats(params: list[Tensor], grads: list[Tensor]) -> list[dict[str, float]]:
    return [{'mean': g.mean().item(), 'std': g.std().item(), 'ratio': (g.std() / p.std()).item()} for p, g in zip(params, grads, strict=True) if p.dim() == 2]

def update_data_ratio(params: list[Tensor], grads: list[list[Tensor]], lr: float) -> Float[Tensor, 'S P']:
    params = list(params)
    rows = []
    for step in grads:
        rows.append([math.log10(lr * g.std() / p.std()) for p, g in zip(params, step, strict=True) if p.dim() == 2])
        params = [p - lr * g for p, g in zip(params, step, strict=True)]
    return torch.tensor(rows, dtype=params[0].dtype)
