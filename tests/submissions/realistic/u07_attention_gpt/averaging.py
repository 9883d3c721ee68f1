import torch
from jaxtyping import Float
from torch import Tensor
import math
import torch
from torch import Tensor
from jaxtyping import Float, Int



def bow_loop(x):
    B, T, C = x.shape
    out = torch.zeros(B, T, C)
    for b in range(B):
        for t in range(T):
            for c in range(C):
                out[b, t, c] = sum((x[b, s, c] for s in range(t + 1))) / (t + 1)
    return out


def bow_matmul(x):
    T = x.size(1)
    wei = torch.tril(torch.ones(T, T))
    wei = wei / wei.sum(1, keepdim=True)
    return (wei, wei @ x)


def bow_softmax(x, affinities):
    wei = affinities.softmax(1).tril()
    return (wei, wei @ x)
