import torch
from jaxtyping import Float
from torch import Tensor

def bow_loop(x: Float[Tensor, 'B T C']) -> Float[Tensor, 'B T C']:
    B, T, _ = x.shape
    means = torch.empty_like(x)
    for b in range(B):
        for t in range(T):
            means[b, t] = x[b, :t + 1].mean(dim=0)
    return means

def bow_matmul(x: Float[Tensor, 'B T C']) -> tuple[Float[Tensor, 'T T'], Float[Tensor, 'B T C']]:
    T = x.shape[1]
    allowed = torch.tril(torch.ones(T, T, dtype=x.dtype))
    weights = allowed / allowed.sum(dim=1, keepdim=True)
    return (weights, weights @ x)

def bow_softmax(x: Float[Tensor, 'B T C'], affinities: Float[Tensor, 'T T']) -> tuple[Float[Tensor, 'T T'], Float[Tensor, 'B T C']]:
    allowed = torch.ones_like(affinities).tril() == 1
    weights = affinities.masked_fill(~allowed, float('-inf')).softmax(dim=1)
    return (weights, weights @ x)
