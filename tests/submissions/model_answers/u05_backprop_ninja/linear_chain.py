import torch
from jaxtyping import Float, Int
from torch import Tensor

def derive_matmul_2x2(A: Float[Tensor, '2 2'], B: Float[Tensor, '2 2'], dD: Float[Tensor, '2 2']) -> tuple[Float[Tensor, '2 2'], Float[Tensor, '2 2'], Float[Tensor, '2']]:
    dA = dD @ B.T
    dB = A.T @ dD
    dc = dD.sum(dim=0)
    return (dA, dB, dc)

def shape_only_derivation(P: tuple[int, int], Q: tuple[int, int], wanted: tuple[int, int]) -> list[str]:
    factors = {'P': P, 'P.T': P[::-1], 'Q': Q, 'Q.T': Q[::-1]}
    fitting = []
    for left, (rows, inner) in factors.items():
        for right, (inner_too, columns) in factors.items():
            same_matrix = left[0] == right[0]
            if not same_matrix and inner == inner_too and ((rows, columns) == wanted):
                fitting.append(f'{left}@{right}')
    return sorted(fitting)

def backward_h(dlogits: Float[Tensor, 'N V'], W2: Float[Tensor, 'H V']) -> Float[Tensor, 'N H']:
    return dlogits @ W2.T

def backward_W2(h: Float[Tensor, 'N H'], dlogits: Float[Tensor, 'N V']) -> Float[Tensor, 'H V']:
    return h.T @ dlogits

def backward_b2(dlogits: Float[Tensor, 'N V']) -> Float[Tensor, 'V']:
    return dlogits.sum(dim=0)

def backward_hpreact(h: Float[Tensor, 'N H'], dh: Float[Tensor, 'N H']) -> Float[Tensor, 'N H']:
    return (1.0 - h ** 2) * dh

def backward_embcat(dhprebn: Float[Tensor, 'N H'], W1: Float[Tensor, 'K H']) -> Float[Tensor, 'N K']:
    return dhprebn @ W1.T

def backward_W1(embcat: Float[Tensor, 'N K'], dhprebn: Float[Tensor, 'N H']) -> Float[Tensor, 'K H']:
    return embcat.T @ dhprebn

def backward_b1(dhprebn: Float[Tensor, 'N H']) -> Float[Tensor, 'H']:
    return dhprebn.sum(dim=0)

def backward_emb(dembcat: Float[Tensor, 'N K'], T: int) -> Float[Tensor, 'N T D']:
    N, K = dembcat.shape
    return dembcat.reshape(N, T, K // T).clone()

def backward_C(Xb: Int[Tensor, 'N T'], demb: Float[Tensor, 'N T D'], V: int) -> Float[Tensor, 'V D']:
    D = demb.shape[2]
    dC = torch.zeros(V, D, dtype=demb.dtype)
    dC.index_add_(0, Xb.reshape(-1), demb.reshape(-1, D))
    return dC
