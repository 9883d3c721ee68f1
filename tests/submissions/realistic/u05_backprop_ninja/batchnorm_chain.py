import torch
from jaxtyping import Float
from torch import Tensor
import math
import torch
from torch import Tensor
from jaxtyping import Float, Int



def backward_bngain(bnraw, dhpreact):
    return torch.einsum('nh,nh->h', bnraw, dhpreact)[None]


def backward_bnraw(bngain, dhpreact):
    return dhpreact @ torch.diag(bngain[0])


def backward_bnbias(dhpreact):
    return dhpreact.sum(0)


def backward_bnvar_inv(bndiff, dbnraw):
    return torch.einsum('nh,nh->h', bndiff, dbnraw)[None]


def backward_bndiff_branch1(bnvar_inv, dbnraw):
    return dbnraw @ torch.diag(bnvar_inv.flatten())


def backward_bnvar(bnvar, dbnvar_inv, eps=1e-05):
    return -0.5 * (bnvar + eps) ** (-0.5) * dbnvar_inv


def backward_bndiff2(dbnvar, N):
    return (dbnvar / (N - 1)).repeat(N, 1)


def backward_bndiff(bndiff, dbndiff_branch1, dbndiff2):
    return dbndiff_branch1 + bndiff * dbndiff2 + bndiff * dbndiff2


def backward_bnmeani(dbndiff):
    return dbndiff.sum(0, keepdim=True)


def backward_hprebn(dbndiff, dbnmeani):
    dhprebn = dbndiff.clone()
    dhprebn += torch.ones_like(dbndiff) * dbnmeani * (1.0 / dbndiff.shape[0])
    return dhprebn
