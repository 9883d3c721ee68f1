import torch
from jaxtyping import Bool, Float
from torch import Tensor
import math
import torch
from torch import Tensor
from jaxtyping import Float, Int



def tanh_backward(t, g):
    return g * (1 - t) * (1 + t)


def saturation_fraction(h, tau):
    return (h > tau).double().mean().item()


def dead_units(h, tau=0.99, kind='tanh'):
    if kind == 'tanh':
        return h.abs().min(dim=0).values > tau
    if kind == 'relu':
        return h.max(dim=0).values == 0
    if kind == 'leaky_relu':
        return torch.zeros_like(h[0], dtype=torch.bool)
    raise ValueError(kind)


def init_hidden(T, D, H, seed):
    g = torch.Generator()
    g.manual_seed(seed + 1)
    W1 = torch.empty(T * D, H, dtype=torch.float64).normal_(0, (T * D) ** (-0.5), generator=g)
    return (W1, torch.zeros(H, dtype=torch.float64))
