import torch
from jaxtyping import Float
from torch import Tensor
import math
import torch
from torch import Tensor
from jaxtyping import Float, Int



def bn_var(x, mode):
    if mode == 'biased':
        return torch.var(x, dim=0, keepdim=True, correction=0)
    if mode == 'unbiased':
        return torch.var(x, dim=0, keepdim=True)
    raise ValueError(mode)


def bessel_divisors():
    return {'torch.var': 'n-1', 'torch.var correction=0': 'n', 'BatchNorm1d training forward': 'n', 'BatchNorm1d running_var update': 'n'}


def bessel_bias(n):
    return 1 + 1 / (n - 1)


def batchnorm_dxhat(bngain, dhpreact):
    return torch.einsum('h,nh->nh', bngain[0], dhpreact)


def batchnorm_dvar(hprebn, dxhat, eps=1e-05):
    return -0.5 * (hprebn.var(0, keepdim=True) + eps) ** (-1.5) * dxhat * (hprebn - hprebn.mean(0))


def batchnorm_vanishing_term(hprebn, mu):
    n = hprebn.shape[0]
    return 2 * n / (n - 1) * (mu - hprebn.mean(dim=0, keepdim=True))


def batchnorm_dmu(dxhat, bnvar_inv):
    return (dxhat * -bnvar_inv).sum(dim=0, keepdim=True)


def batchnorm_dx_terms(dxhat, dvar, dmu, hprebn, bnvar_inv):
    n = len(hprebn)
    return (dxhat * bnvar_inv, dvar * 2 * (hprebn - hprebn.mean(0)) / (n - 1), dmu / n)


def batchnorm_dhprebn(dhpreact, bnraw, bnvar_inv, bngain):
    n = dhpreact.shape[0]
    dxhat = bngain * dhpreact
    bndiff = bnraw / bnvar_inv
    dvar = (-0.5 * bnvar_inv ** 3 * bndiff * dxhat).sum(0, keepdim=True)
    dmu = (-bnvar_inv * dxhat).sum(0, keepdim=True) + dvar * (-2 / (n - 1) * bndiff).sum(0, keepdim=True)
    return dxhat * bnvar_inv + dvar * 2 / (n - 1) * bndiff + dmu / n


def batchnorm_dhprebn_biased(dhpreact, bnraw, bnvar_inv, bngain):
    g = dhpreact
    return bngain * bnvar_inv * (g - g.mean(0) - bnraw * (g * bnraw).mean(0))


def batchnorm_dgamma_dbeta(bnraw, dhpreact):
    return (bnraw * dhpreact, dhpreact.clone())
