import torch
from jaxtyping import Float
from torch import Tensor

def bn_var(x: Float[Tensor, 'N H'], mode: str) -> Float[Tensor, '1 H']:
    N = len(x)
    divisors = {'biased': N, 'unbiased': N - 1}
    if mode not in divisors:
        raise ValueError(f'The mode of a variance is "biased" or "unbiased", not {mode!r}.')
    diff = x - x.mean(dim=0, keepdim=True)
    return (diff ** 2).sum(dim=0, keepdim=True) / divisors[mode]

def bessel_divisors() -> dict[str, str]:
    return {'torch.var': 'n-1', 'torch.var correction=0': 'n', 'BatchNorm1d training forward': 'n', 'BatchNorm1d running_var update': 'n-1'}

def bessel_bias(n: int) -> float:
    return n / (n - 1)

def batchnorm_dxhat(bngain: Float[Tensor, '1 H'], dhpreact: Float[Tensor, 'N H']) -> Float[Tensor, 'N H']:
    return bngain * dhpreact

def batchnorm_dvar(hprebn: Float[Tensor, 'N H'], dxhat: Float[Tensor, 'N H'], eps: float=1e-05) -> Float[Tensor, '1 H']:
    N = len(hprebn)
    bndiff = hprebn - hprebn.mean(dim=0, keepdim=True)
    bnvar = (bndiff ** 2).sum(dim=0, keepdim=True) / (N - 1)
    return -0.5 * (bnvar + eps) ** (-1.5) * (dxhat * bndiff).sum(dim=0, keepdim=True)

def batchnorm_vanishing_term(hprebn: Float[Tensor, 'N H'], mu: Float[Tensor, '1 H']) -> Float[Tensor, '1 H']:
    N = len(hprebn)
    return -2.0 / (N - 1) * (hprebn - mu).sum(dim=0, keepdim=True)

def batchnorm_dmu(dxhat: Float[Tensor, 'N H'], bnvar_inv: Float[Tensor, '1 H']) -> Float[Tensor, '1 H']:
    return -bnvar_inv * dxhat.sum(dim=0, keepdim=True)

def batchnorm_dx_terms(dxhat: Float[Tensor, 'N H'], dvar: Float[Tensor, '1 H'], dmu: Float[Tensor, '1 H'], hprebn: Float[Tensor, 'N H'], bnvar_inv: Float[Tensor, '1 H']) -> tuple[Float[Tensor, 'N H'], Float[Tensor, 'N H'], Float[Tensor, 'N H']]:
    N = len(hprebn)
    bndiff = hprebn - hprebn.mean(dim=0, keepdim=True)
    via_xhat = dxhat * bnvar_inv
    via_var = dvar * 2.0 * bndiff / (N - 1)
    via_mean = torch.ones_like(hprebn) * dmu / N
    return (via_xhat, via_var, via_mean)

def batchnorm_dhprebn(dhpreact: Float[Tensor, 'N H'], bnraw: Float[Tensor, 'N H'], bnvar_inv: Float[Tensor, '1 H'], bngain: Float[Tensor, '1 H']) -> Float[Tensor, 'N H']:
    N = len(dhpreact)
    dsum = dhpreact.sum(dim=0, keepdim=True)
    dproj = (dhpreact * bnraw).sum(dim=0, keepdim=True)
    return bngain * bnvar_inv / N * (N * dhpreact - dsum - N / (N - 1) * bnraw * dproj)

def batchnorm_dhprebn_biased(dhpreact: Float[Tensor, 'N H'], bnraw: Float[Tensor, 'N H'], bnvar_inv: Float[Tensor, '1 H'], bngain: Float[Tensor, '1 H']) -> Float[Tensor, 'N H']:
    N = len(dhpreact)
    dsum = dhpreact.sum(dim=0, keepdim=True)
    dproj = (dhpreact * bnraw).sum(dim=0, keepdim=True)
    return bngain * bnvar_inv / N * (N * dhpreact - dsum - bnraw * dproj)

def batchnorm_dgamma_dbeta(bnraw: Float[Tensor, 'N H'], dhpreact: Float[Tensor, 'N H']) -> tuple[Float[Tensor, '1 H'], Float[Tensor, '1 H']]:
    dgamma = (bnraw * dhpreact).sum(dim=0, keepdim=True)
    dbeta = dhpreact.sum(dim=0, keepdim=True)
    return (dgamma, dbeta)
