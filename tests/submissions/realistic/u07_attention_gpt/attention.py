import torch
from jaxtyping import Float
from torch import Tensor
import math
import torch
from torch import Tensor
from jaxtyping import Float, Int



def weighted(scores: Tensor, v: Tensor, causal: bool, drop: Tensor | None) -> Tensor:
    if causal:
        scores = scores.masked_fill(torch.ones_like(scores).tril() == 0, float('-inf'))
    weights = scores.softmax(-1)
    return (weights if drop is None else weights * drop) @ v


def scaled_scores(q, k):
    return q * q.size(-1) ** (-0.5) @ k.transpose(-2, -1)


def attention_head(x, Wq, Wk, Wv, causal=True, drop=None):
    T = x.shape[1]
    q = torch.nn.functional.linear(x, Wq)
    k = torch.nn.functional.linear(x, Wk)
    wei = q @ k.transpose(-2, -1) * k.shape[-1] ** (-0.5)
    if causal:
        tril = torch.tril(torch.ones(T, T))
        wei = wei.masked_fill(tril[:T, :T] == 0, float('-inf'))
    wei = torch.nn.functional.softmax(wei, dim=-1)
    if drop is not None:
        wei = wei * drop
    v = torch.nn.functional.linear(x, Wv)
    return wei @ v


def cross_attention(x, z, Wq, Wk, Wv):
    return weighted(z @ Wq.T @ (x @ Wk.T).mT * len(Wq) ** (-0.5), x @ Wv.T, False, None)


def multi_head(x, Wqkv, bqkv, Wo, bo, nh):
    T, C = x.shape[1:]
    q, k, v = torch.nn.functional.linear(x, Wqkv, bqkv).chunk(3, dim=-1)
    hs = C // nh
    out = []
    for qh, kh, vh in zip(q.split(hs, -1), k.split(hs, -1), v.split(hs, -1), strict=True):
        wei = qh @ kh.transpose(-2, -1) * hs ** (-0.5)
        wei = wei.masked_fill(torch.tril(torch.ones(T, T)) == 0, float('-inf')).softmax(-1)
        out.append(wei @ vh)
    return torch.nn.functional.linear(torch.cat(out, dim=-1), Wo, bo)
