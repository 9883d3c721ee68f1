import torch
from jaxtyping import Float
from torch import Tensor

def scaled_scores(q: Float[Tensor, 'B T hs'], k: Float[Tensor, 'B T hs']) -> Float[Tensor, 'B T T']:
    return q @ k.transpose(1, 2) * q.shape[-1] ** (-0.5)

def attention_head(x: Float[Tensor, 'B T C'], Wq: Float[Tensor, 'hs C'], Wk: Float[Tensor, 'hs C'], Wv: Float[Tensor, 'hs C'], causal: bool=True, drop: Float[Tensor, 'B T T'] | None=None) -> Float[Tensor, 'B T hs']:
    T = x.shape[1]
    q, k, v = (x @ Wq.T, x @ Wk.T, x @ Wv.T)
    scores = q @ k.transpose(1, 2) * Wq.shape[0] ** (-0.5)
    if causal:
        future = torch.ones(T, T).tril() == 0
        scores = scores.masked_fill(future, float('-inf'))
    weights = scores.softmax(dim=-1)
    if drop is not None:
        weights = weights * drop
    return weights @ v

def cross_attention(x: Float[Tensor, 'B T C'], z: Float[Tensor, 'B S C'], Wq: Float[Tensor, 'hs C'], Wk: Float[Tensor, 'hs C'], Wv: Float[Tensor, 'hs C']) -> Float[Tensor, 'B T hs']:
    q, k, v = (x @ Wq.T, z @ Wk.T, z @ Wv.T)
    scores = q @ k.transpose(1, 2) * Wq.shape[0] ** (-0.5)
    return scores.softmax(dim=-1) @ v

def multi_head(x: Float[Tensor, 'B T C'], Wqkv: Float[Tensor, '3*C C'], bqkv: Float[Tensor, '3*C'], Wo: Float[Tensor, 'C C'], bo: Float[Tensor, 'C'], nh: int) -> Float[Tensor, 'B T C']:
    B, T, C = x.shape
    hs = C // nh
    q, k, v = (x @ Wqkv.T + bqkv).split(C, dim=-1)
    q = q.reshape(B, T, nh, hs).transpose(1, 2)
    k = k.reshape(B, T, nh, hs).transpose(1, 2)
    v = v.reshape(B, T, nh, hs).transpose(1, 2)
    future = torch.ones(T, T).tril() == 0
    scores = q @ k.transpose(-2, -1) * hs ** (-0.5)
    weights = scores.masked_fill(future, float('-inf')).softmax(dim=-1)
    heads = (weights @ v).transpose(1, 2).reshape(B, T, C)
    return heads @ Wo.T + bo
