import math
import torch
from jaxtyping import Float
from torch import Tensor
import math
import torch
from torch import Tensor
from jaxtyping import Float, Int



def activation_stats(layers, tau=0.97):
    stats = []
    for h in layers:
        values = h.flatten().tolist()
        n = len(values)
        mean = sum(values) / n
        std = math.sqrt(sum(((v - mean) ** 2 for v in values)) / (n - 1))
        stats.append({'mean': mean, 'std': std, 'saturated': sum((abs(v) > tau for v in values)) / n})
    return stats


def activation_histogram(h, bins):
    edges = torch.linspace(float(h.min()), float(h.max()), bins + 1, dtype=h.dtype)
    density = torch.zeros(bins, dtype=h.dtype)
    for i in range(bins):
        count = ((h > edges[i]) & (h < edges[i + 1])).sum()
        count = count + (i == 0) + (i == bins - 1)
        density[i] = count / h.numel() / (edges[i + 1] - edges[i])
    return (density, edges)


def gradient_stats(x, weights, dout):
    h, outputs = (x.clone().requires_grad_(), [])
    for weight in weights:
        h = torch.tanh(h @ weight)
        outputs.append(h)
    (h * dout).sum().backward()
    return [{'mean': float(h.grad.mean()), 'std': float(h.grad.std())} for h in outputs]


def weight_grad_stats(params, grads):

    def spread(t):
        values = t.flatten().tolist()
        mean = sum(values) / len(values)
        return (mean, math.sqrt(sum(((v - mean) ** 2 for v in values)) / (len(values) - 1)))
    stats = []
    for p, g in zip(params, grads, strict=True):
        if len(p.shape) != 2:
            continue
        mean, std = spread(g)
        stats.append({'mean': mean, 'std': std, 'ratio': std / spread(p)[1]})
    return stats


def update_data_ratio(params, grads, lr):
    copies, rows = ([p.clone() for p in params], [])
    for step in grads:
        row = []
        for p, g in zip(copies, step, strict=True):
            if p.ndim == 2:
                row.append(torch.log10(lr * g.std()) - torch.log10(p.std()))
            p -= lr * g
        rows.append(row)
    return torch.tensor([[float(value) for value in row] for row in rows], dtype=params[0].dtype)
