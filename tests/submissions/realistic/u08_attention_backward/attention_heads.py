import math
import torch
from jaxtyping import Bool, Float
from torch import Tensor
import math
import torch
from torch import Tensor
from jaxtyping import Float, Int



def softmax_back(p, dp):
    return p * (dp - (p * dp).sum(-1, keepdim=True))


def attention_head_backward(dout, x, Wq, Wk, Wv, q, k, v, p):
    root = math.sqrt(q.shape[2])
    delta = torch.einsum('bth,bth->bt', dout, torch.einsum('bij,bjh->bih', p, v))
    ds = p * (torch.einsum('bih,bjh->bij', dout, v) - delta[..., None]) / root
    dq, dk = (torch.einsum('bij,bjh->bih', ds, k), torch.einsum('bij,bih->bjh', ds, q))
    dv = torch.einsum('bij,bih->bjh', p, dout)
    grads = {'W' + n: torch.einsum('bth,btc->hc', d, x) for n, d in (('q', dq), ('k', dk), ('v', dv))}
    grads['x'] = sum((torch.einsum('bth,hc->btc', d, W) for d, W in ((dq, Wq), (dk, Wk), (dv, Wv))))
    return grads


def key_bias_null(dout, q, k, v, p):
    c = q.shape[-1] ** (-0.5)
    ds = softmax_back(p, dout @ v.mT)
    dq, dk, dv = (c * ds @ k, c * ds.mT @ q, p.mT @ dout)
    return (dq.sum((0, 1)), dk.sum((0, 1)), dv.sum((0, 1)))


def cross_attention_backward(dout: Float[Tensor, 'B T hs'], x: Float[Tensor, 'B T C'], z: Float[Tensor, 'B S C'], Wq: Float[Tensor, 'hs C'], Wk: Float[Tensor, 'hs C'], Wv: Float[Tensor, 'hs C'], q: Float[Tensor, 'B T hs'], k: Float[Tensor, 'B S hs'], v: Float[Tensor, 'B S hs'], p: Float[Tensor, 'B T S']) -> dict[str, Tensor]:
    scale = q.shape[-1] ** (-0.5)
    dp = dout @ v.transpose(1, 2)
    dv = p @ dout
    dscores = p * (dp - (p * dp).sum(dim=-1, keepdim=True))
    dq = scale * dscores @ k
    dk = scale * dscores.transpose(1, 2) @ q
    return {'x': dq @ Wq, 'z': dk @ Wk + dv @ Wv, 'Wq': torch.einsum('bth,btc->hc', dq, x), 'Wk': torch.einsum('bsh,bsc->hc', dk, z), 'Wv': torch.einsum('bsh,bsc->hc', dv, z)}


def multi_head_list_backward(dconcat, x, Wq, Wk, Wv, q, k, v, p):
    nh, hs = (q.shape[0], q.shape[-1])
    dout = dconcat.unflatten(-1, (nh, hs)).permute(2, 0, 1, 3)
    ds = softmax_back(p, dout @ v.mT) / hs ** 0.5
    dq, dk, dv = (ds @ k, ds.mT @ q, p.mT @ dout)
    dx = sum((torch.einsum('nbth,nhc->btc', d, W) for d, W in ((dq, Wq), (dk, Wk), (dv, Wv))))
    dWq, dWk, dWv = (torch.einsum('nbth,btc->nhc', d, x) for d in (dq, dk, dv))
    return {'x': dx, 'Wq': dWq, 'Wk': dWk, 'Wv': dWv}


def multi_head_batched_backward(dout, x, Wqkv, q, k, v, p, concat, Wo):
    nh, hs = (q.shape[1], q.shape[3])
    dheads = torch.einsum('btc,cnh->bnth', dout, Wo.reshape(len(Wo), nh, hs))
    ds = softmax_back(p, torch.einsum('bnih,bnjh->bnij', dheads, v)) / math.sqrt(hs)
    dq, dk = (torch.einsum('bnij,bnjh->bnih', ds, k), torch.einsum('bnij,bnih->bnjh', ds, q))
    d = torch.stack([dq, dk, torch.einsum('bnij,bnih->bnjh', p, dheads)])
    grads = {'Wqkv': torch.einsum('sbnth,btc->snhc', d, x).reshape(Wqkv.shape)}
    grads['x'] = torch.einsum('sbnth,snhc->btc', d, Wqkv.reshape(3, nh, hs, -1))
    grads['bqkv'] = d.sum((1, 3)).reshape(-1)
    return grads | {'Wo': torch.einsum('bto,btc->oc', dout, concat), 'bo': dout.sum((0, 1))}


def attention_recompute_backward(dout: Float[Tensor, 'B T hs'], q: Float[Tensor, 'B T hs'], k: Float[Tensor, 'B T hs'], v: Float[Tensor, 'B T hs'], out: Float[Tensor, 'B T hs'], lse: Float[Tensor, 'B T'], allowed: Bool[Tensor, 'T T']) -> tuple[Float[Tensor, 'B T hs'], Float[Tensor, 'B T hs'], Float[Tensor, 'B T hs']]:
    scale = q.shape[-1] ** (-0.5)
    scores = scale * q @ k.transpose(1, 2)
    p = (scores - lse[:, :, None]).exp()
    delta = (dout * out).sum(dim=-1, keepdim=True)
    dscores = p * (dout @ v.transpose(1, 2) - delta)
    dq = scale * dscores @ k
    dk = scale * dscores.transpose(1, 2) @ q
    dv = p.transpose(1, 2) @ dout
    return (dq, dk, dv)
