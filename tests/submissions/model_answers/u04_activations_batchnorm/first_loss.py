import math
from collections.abc import Callable
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

def expected_initial_loss(K: int) -> float:
    return math.log(K)

def confidently_wrong_demo(logits: Float[Tensor, 'N V'], y: Int[Tensor, 'N'], scales: Float[Tensor, 'S']) -> Float[Tensor, 'S']:
    N, V = logits.shape
    scaled = scales[:, None, None] * logits
    of_label = scaled[:, torch.arange(N), y]
    losses = scaled.logsumexp(dim=2) - of_label
    return losses.mean(dim=1) - math.log(V)

def init_output_layer(H: int, V: int, seed: int) -> tuple[Float[Tensor, 'H V'], Float[Tensor, 'V']]:
    g = torch.Generator().manual_seed(seed)
    W2 = torch.randn((H, V), generator=g, dtype=torch.float64) * 0.01
    b2 = torch.zeros(V, dtype=torch.float64)
    return (W2, b2)

def symmetric_units(W1: Float[Tensor, 'K H'], b1: Float[Tensor, 'H'], W2: Float[Tensor, 'H V']) -> Bool[Tensor, 'H']:
    H = len(b1)
    wires = torch.cat([W1.T, b1[:, None], W2], dim=1)
    same = (wires[:, None] == wires[None]).all(dim=2)
    same[torch.arange(H), torch.arange(H)] = False
    return same.any(dim=1)

def no_grad_eval(loss_of: Callable[[Tensor, Tensor], Tensor], X: Float[Tensor, 'M K'], Y: Float[Tensor, 'M'], size: int) -> float:
    total = 0.0
    with torch.no_grad():
        for start in range(0, len(X), size):
            x, y = (X[start:start + size], Y[start:start + size])
            total += loss_of(x, y).item() * len(x)
    return total / len(X)
