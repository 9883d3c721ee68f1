import torch
from jaxtyping import Float
from torch import Tensor

def backward_bngain(bnraw: Float[Tensor, 'N H'], dhpreact: Float[Tensor, 'N H']) -> Float[Tensor, '1 H']:
    return (bnraw * dhpreact).sum(dim=0, keepdim=True)

def backward_bnraw(bngain: Float[Tensor, '1 H'], dhpreact: Float[Tensor, 'N H']) -> Float[Tensor, 'N H']:
    return bngain * dhpreact

def backward_bnbias(dhpreact: Float[Tensor, 'N H']) -> Float[Tensor, '1 H']:
    return dhpreact.sum(dim=0, keepdim=True)

def backward_bnvar_inv(bndiff: Float[Tensor, 'N H'], dbnraw: Float[Tensor, 'N H']) -> Float[Tensor, '1 H']:
    return (bndiff * dbnraw).sum(dim=0, keepdim=True)

def backward_bndiff_branch1(bnvar_inv: Float[Tensor, '1 H'], dbnraw: Float[Tensor, 'N H']) -> Float[Tensor, 'N H']:
    return bnvar_inv * dbnraw

def backward_bnvar(bnvar: Float[Tensor, '1 H'], dbnvar_inv: Float[Tensor, '1 H'], eps: float=1e-05) -> Float[Tensor, '1 H']:
    return -0.5 * (bnvar + eps) ** (-1.5) * dbnvar_inv

def backward_bndiff2(dbnvar: Float[Tensor, '1 H'], N: int) -> Float[Tensor, 'N H']:
    return torch.ones(N, 1, dtype=dbnvar.dtype) * dbnvar / (N - 1)

def backward_bndiff(bndiff: Float[Tensor, 'N H'], dbndiff_branch1: Float[Tensor, 'N H'], dbndiff2: Float[Tensor, 'N H']) -> Float[Tensor, 'N H']:
    return dbndiff_branch1 + 2.0 * bndiff * dbndiff2

def backward_bnmeani(dbndiff: Float[Tensor, 'N H']) -> Float[Tensor, '1 H']:
    return -dbndiff.sum(dim=0, keepdim=True)

def backward_hprebn(dbndiff: Float[Tensor, 'N H'], dbnmeani: Float[Tensor, '1 H']) -> Float[Tensor, 'N H']:
    N = len(dbndiff)
    return dbndiff + dbnmeani / N
