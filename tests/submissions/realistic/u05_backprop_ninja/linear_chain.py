import torch
from jaxtyping import Float, Int
from torch import Tensor
import math
import torch
from torch import Tensor
from jaxtyping import Float, Int



def derive_matmul_2x2(A, B, dD):
    dA, dB, dc = (torch.zeros_like(A), torch.zeros_like(B), torch.zeros_like(A[0]))
    for i in range(2):
        for k in range(2):
            for j in range(2):
                dA[i, j] += B[j, k] * dD[i, k]
                dB[j, k] += A[i, j] * dD[i, k]
            dc[k] += dD[i, k]
    return (dA, dB, dc)


def shape_only_derivation(P, Q, wanted):
    p, q = (torch.zeros(P), torch.zeros(Q))
    found = []
    for x, first in (('P', p), ('P.T', p.T)):
        for y, second in (('Q', q), ('Q.T', q.T)):
            for name, left, right in ((f'{x}@{y}', first, second), (f'{y}@{x}', second, first)):
                try:
                    if tuple((left @ right).shape) == tuple(wanted):
                        found.append(name)
                except RuntimeError:
                    pass
    return sorted(found)


def backward_h(dlogits, W2):
    return dlogits @ W2


def backward_W2(h, dlogits):
    return torch.einsum('nh,nv->hv', h, dlogits)


def backward_b2(dlogits):
    return torch.ones(len(dlogits), dtype=dlogits.dtype) @ dlogits


def backward_hpreact(h, dh):
    return (1 - torch.atanh(h) ** 2) * dh


def backward_embcat(dhprebn, W1):
    return torch.einsum('nh,kh->nk', dhprebn, W1)


def backward_W1(embcat, dhprebn):
    return embcat @ dhprebn


def backward_b1(dhprebn):
    return dhprebn.T @ torch.ones(len(dhprebn), dtype=dhprebn.dtype)


def backward_emb(dembcat, T):
    return dembcat.view(dembcat.shape[0], T, -1)


def backward_C(Xb, demb, V):
    dC = torch.zeros(V, demb.shape[2], dtype=demb.dtype)
    dC[Xb] += demb
    return dC
