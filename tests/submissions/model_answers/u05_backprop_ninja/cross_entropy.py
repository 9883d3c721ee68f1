import torch
from jaxtyping import Float, Int
from torch import Tensor

def cross_entropy_forward(logits: Float[Tensor, 'N V'], y: Int[Tensor, 'N']) -> Float[Tensor, '']:
    shifted = logits - logits.max(dim=1, keepdim=True).values
    log_sums = shifted.exp().sum(dim=1).log()
    right = shifted[torch.arange(len(y)), y]
    return (log_sums - right).mean()

def cross_entropy_dlogits_cases(p: float, i: int, y: int) -> float:
    return p - 1.0 if i == y else p

def cross_entropy_dlogits(logits: Float[Tensor, 'N V'], y: Int[Tensor, 'N']) -> Float[Tensor, 'N V']:
    N = len(y)
    dlogits = torch.softmax(logits, dim=1)
    dlogits[torch.arange(N), y] -= 1.0
    return dlogits / N

def explain_push_pull(dlogits: Float[Tensor, 'N V']) -> dict[str, Tensor]:
    N = len(dlogits)
    return {'row_sums': dlogits.sum(dim=1), 'label': dlogits.argmin(dim=1), 'pull_up': -N * dlogits.min(dim=1).values, 'push_down': N * dlogits.clamp(min=0.0).sum(dim=1), 'hardest': dlogits.argmax(dim=1)}
