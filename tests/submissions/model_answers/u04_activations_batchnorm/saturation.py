import torch
from jaxtyping import Bool, Float
from torch import Tensor

def tanh_backward(t: Float[Tensor, 'N H'], g: Float[Tensor, 'N H']) -> Float[Tensor, 'N H']:
    return (1.0 - t ** 2) * g

def saturation_fraction(h: Float[Tensor, 'N H'], tau: float) -> float:
    return (h.abs() > tau).double().mean().item()

def dead_units(h: Float[Tensor, 'M H'], tau: float=0.99, kind: str='tanh') -> Bool[Tensor, 'H']:
    if kind == 'tanh':
        stuck = h.abs() > tau
    elif kind == 'relu':
        stuck = h <= 0
    elif kind == 'leaky_relu':
        stuck = torch.zeros(h.shape, dtype=torch.bool)
    else:
        raise ValueError(f'The kind is "tanh", "relu" or "leaky_relu", not {kind!r}.')
    return stuck.all(dim=0)

def init_hidden(T: int, D: int, H: int, seed: int) -> tuple[Float[Tensor, 'K H'], Float[Tensor, 'H']]:
    g = torch.Generator().manual_seed(seed)
    fan_in = T * D
    W1 = torch.randn((fan_in, H), generator=g, dtype=torch.float64) / fan_in ** 0.5
    b1 = torch.randn(H, generator=g, dtype=torch.float64) * 0.01
    return (W1, b1)
