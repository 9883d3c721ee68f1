import torch
from jaxtyping import Bool, Float
from torch import Tensor

def linear_nd_backward(dy: Float[Tensor, 'B T O'], x: Float[Tensor, 'B T C'], W: Float[Tensor, 'O C']) -> tuple[Float[Tensor, 'B T C'], Float[Tensor, 'O C'], Float[Tensor, 'O']]:
    dx = dy @ W
    dW = torch.einsum('bto,btc->oc', dy, x)
    db = dy.sum(dim=(0, 1))
    return (dx, dW, db)

def softmax_jacobian(p: Float[Tensor, 'T']) -> Float[Tensor, 'T T']:
    return torch.diag(p) - p[:, None] * p[None, :]

def softmax_backward(dp: Float[Tensor, 'B T S'], p: Float[Tensor, 'B T S']) -> Float[Tensor, 'B T S']:
    return p * (dp - (p * dp).sum(dim=-1, keepdim=True))

def attention_scores_backward(dscores: Float[Tensor, 'B T T'], q: Float[Tensor, 'B T hs'], k: Float[Tensor, 'B T hs'], allowed: Bool[Tensor, 'T T']) -> tuple[Float[Tensor, 'B T hs'], Float[Tensor, 'B T hs']]:
    scale = q.shape[-1] ** (-0.5)
    dscaled = dscores * allowed
    dq = scale * dscaled @ k
    dk = scale * dscaled.transpose(1, 2) @ q
    return (dq, dk)

def attention_aggregate_backward(dout: Float[Tensor, 'B T hs'], p: Float[Tensor, 'B T T'], v: Float[Tensor, 'B T hs'], keep: Bool[Tensor, 'B T T'], rate: float) -> tuple[Float[Tensor, 'B T T'], Float[Tensor, 'B T hs']]:
    factor = keep.to(p) / (1 - rate)
    dp = factor * (dout @ v.transpose(1, 2))
    dv = (p * factor).transpose(1, 2) @ dout
    return (dp, dv)

def attention_delta_identity(dout: Float[Tensor, 'B T hs'], out: Float[Tensor, 'B T hs']) -> Float[Tensor, 'B T 1']:
    return (dout * out).sum(dim=-1, keepdim=True)
