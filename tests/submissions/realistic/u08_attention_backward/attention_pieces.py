import torch
from jaxtyping import Bool, Float
from torch import Tensor
import math
import torch
from torch import Tensor
from jaxtyping import Float, Int



def linear_nd_backward(dy, x, W):
    rows, inputs = (dy.reshape(-1, dy.shape[-1]), x.reshape(-1, x.shape[-1]))
    return ((rows @ W).view_as(x), rows.T @ inputs, rows.sum(0))


def softmax_jacobian(p):
    T = len(p)
    J = torch.zeros(T, T)
    for i in range(T):
        for j in range(T):
            J[i, j] = p[i] * (float(i == j) - p[j])
    return J


def softmax_backward(dp, p):
    return p * (1 - p) * dp


def attention_scores_backward(dscores, q, k, allowed):
    d = dscores.masked_fill(~allowed, 0.0) / math.sqrt(q.size(2))
    return (torch.einsum('bij,bjh->bih', d, k), torch.einsum('bij,bih->bjh', d, q))


def attention_aggregate_backward(dout, p, v, keep, rate):
    factor = keep.to(p) / (1 - rate)
    dp = torch.einsum('bih,bjh,bij->bij', dout, v, factor)
    return (dp, torch.einsum('bij,bij,bih->bjh', p, factor, dout))


def attention_delta_identity(dout, out):
    return (dout * out).sum(-1)
