import math
import torch
from jaxtyping import Bool, Float
from torch import Tensor

def attention_head_backward(dout: Float[Tensor, 'B T hs'], x: Float[Tensor, 'B T C'], Wq: Float[Tensor, 'hs C'], Wk: Float[Tensor, 'hs C'], Wv: Float[Tensor, 'hs C'], q: Float[Tensor, 'B T hs'], k: Float[Tensor, 'B T hs'], v: Float[Tensor, 'B T hs'], p: Float[Tensor, 'B T T']) -> dict[str, Tensor]:
    scale = q.shape[-1] ** (-0.5)
    dp = dout @ v.transpose(1, 2)
    dv = p.transpose(1, 2) @ dout
    dscores = p * (dp - (p * dp).sum(dim=-1, keepdim=True))
    dq = scale * dscores @ k
    dk = scale * dscores.transpose(1, 2) @ q
    return {'x': dq @ Wq + dk @ Wk + dv @ Wv, 'Wq': torch.einsum('bth,btc->hc', dq, x), 'Wk': torch.einsum('bth,btc->hc', dk, x), 'Wv': torch.einsum('bth,btc->hc', dv, x)}

def key_bias_null(dout: Float[Tensor, 'B T hs'], q: Float[Tensor, 'B T hs'], k: Float[Tensor, 'B T hs'], v: Float[Tensor, 'B T hs'], p: Float[Tensor, 'B T T']) -> tuple[Float[Tensor, 'hs'], Float[Tensor, 'hs'], Float[Tensor, 'hs']]:
    dp = dout @ v.transpose(1, 2)
    dscores = p * (dp - (p * dp).sum(dim=-1, keepdim=True))
    dq = q.shape[-1] ** (-0.5) * dscores @ k
    dbq = dq.sum(dim=(0, 1))
    dbk = torch.zeros_like(dbq)
    dbv = dout.sum(dim=(0, 1))
    return (dbq, dbk, dbv)

def cross_attention_backward(dout: Float[Tensor, 'B T hs'], x: Float[Tensor, 'B T C'], z: Float[Tensor, 'B S C'], Wq: Float[Tensor, 'hs C'], Wk: Float[Tensor, 'hs C'], Wv: Float[Tensor, 'hs C'], q: Float[Tensor, 'B T hs'], k: Float[Tensor, 'B S hs'], v: Float[Tensor, 'B S hs'], p: Float[Tensor, 'B T S']) -> dict[str, Tensor]:
    scale = q.shape[-1] ** (-0.5)
    dp = dout @ v.transpose(1, 2)
    dv = p.transpose(1, 2) @ dout
    dscores = p * (dp - (p * dp).sum(dim=-1, keepdim=True))
    dq = scale * dscores @ k
    dk = scale * dscores.transpose(1, 2) @ q
    return {'x': dq @ Wq, 'z': dk @ Wk + dv @ Wv, 'Wq': torch.einsum('bth,btc->hc', dq, x), 'Wk': torch.einsum('bsh,bsc->hc', dk, z), 'Wv': torch.einsum('bsh,bsc->hc', dv, z)}

def multi_head_list_backward(dconcat: Float[Tensor, 'B T C'], x: Float[Tensor, 'B T C'], Wq: Float[Tensor, 'nh hs C'], Wk: Float[Tensor, 'nh hs C'], Wv: Float[Tensor, 'nh hs C'], q: Float[Tensor, 'nh B T hs'], k: Float[Tensor, 'nh B T hs'], v: Float[Tensor, 'nh B T hs'], p: Float[Tensor, 'nh B T T']) -> dict[str, Tensor]:
    heads, hs = (len(q), q.shape[-1])
    grads = {'x': torch.zeros_like(x)}
    grads |= {'Wq': torch.zeros_like(Wq), 'Wk': torch.zeros_like(Wk), 'Wv': torch.zeros_like(Wv)}
    for h in range(heads):
        dout = dconcat[..., h * hs:(h + 1) * hs]
        dp = dout @ v[h].transpose(1, 2)
        dv = p[h].transpose(1, 2) @ dout
        dscores = p[h] * (dp - (p[h] * dp).sum(dim=-1, keepdim=True))
        dq = hs ** (-0.5) * dscores @ k[h]
        dk = hs ** (-0.5) * dscores.transpose(1, 2) @ q[h]
        grads['x'] += dq @ Wq[h] + dk @ Wk[h] + dv @ Wv[h]
        grads['Wq'][h] = torch.einsum('bth,btc->hc', dq, x)
        grads['Wk'][h] = torch.einsum('bth,btc->hc', dk, x)
        grads['Wv'][h] = torch.einsum('bth,btc->hc', dv, x)
    return grads

def multi_head_batched_backward(dout: Float[Tensor, 'B T C'], x: Float[Tensor, 'B T C'], Wqkv: Float[Tensor, 'C3 C'], q: Float[Tensor, 'B nh T hs'], k: Float[Tensor, 'B nh T hs'], v: Float[Tensor, 'B nh T hs'], p: Float[Tensor, 'B nh T T'], concat: Float[Tensor, 'B T C'], Wo: Float[Tensor, 'C C']) -> dict[str, Tensor]:
    B, nh, T, hs = q.shape
    C = nh * hs
    dconcat = dout @ Wo
    dWo = torch.einsum('bto,btc->oc', dout, concat)
    dbo = dout.sum(dim=(0, 1))
    dheads = dconcat.view(B, T, nh, hs).transpose(1, 2)
    dp = dheads @ v.transpose(-2, -1)
    dv = p.transpose(-2, -1) @ dheads
    dscores = p * (dp - (p * dp).sum(dim=-1, keepdim=True))
    dq = hs ** (-0.5) * dscores @ k
    dk = hs ** (-0.5) * dscores.transpose(-2, -1) @ q
    dqkv = torch.cat([d.transpose(1, 2).reshape(B, T, C) for d in (dq, dk, dv)], dim=-1)
    dWqkv = torch.einsum('bto,btc->oc', dqkv, x)
    return {'x': dqkv @ Wqkv, 'Wqkv': dWqkv, 'bqkv': dqkv.sum(dim=(0, 1)), 'Wo': dWo, 'bo': dbo}

def attention_recompute_backward(dout: Float[Tensor, 'B T hs'], q: Float[Tensor, 'B T hs'], k: Float[Tensor, 'B T hs'], v: Float[Tensor, 'B T hs'], out: Float[Tensor, 'B T hs'], lse: Float[Tensor, 'B T'], allowed: Bool[Tensor, 'T T']) -> tuple[Float[Tensor, 'B T hs'], Float[Tensor, 'B T hs'], Float[Tensor, 'B T hs']]:
    scale = q.shape[-1] ** (-0.5)
    scores = (scale * q @ k.transpose(1, 2)).masked_fill(~allowed, -math.inf)
    p = (scores - lse[:, :, None]).exp()
    delta = (dout * out).sum(dim=-1, keepdim=True)
    dscores = p * (dout @ v.transpose(1, 2) - delta)
    dq = scale * dscores @ k
    dk = scale * dscores.transpose(1, 2) @ q
    dv = p.transpose(1, 2) @ dout
    return (dq, dk, dv)
