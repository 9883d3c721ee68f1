import math
from collections.abc import Callable
from typing import Any
import torch
from jaxtyping import Float, Int
from torch import Tensor

def _linear(dy: Float[Tensor, 'B T O'], x: Float[Tensor, 'B T I'], W: Float[Tensor, 'O I']) -> tuple[Tensor, Tensor, Tensor]:
    return (dy @ W, torch.einsum('bto,bti->oi', dy, x), dy.sum((0, 1)))

def _norm(dy: Float[Tensor, 'B T C'], xhat: Float[Tensor, 'B T C'], r: Float[Tensor, 'B T 1'], gamma: Float[Tensor, 'C']) -> tuple[Tensor, Tensor, Tensor]:
    d = dy * gamma
    dx = r * (d - d.mean(-1, keepdim=True) - xhat * (d * xhat).mean(-1, keepdim=True))
    return (dx, (dy * xhat).sum((0, 1)), dy.sum((0, 1)))

def _gelu_slope(u: Float[Tensor, 'B T F']) -> Float[Tensor, 'B T F']:
    below = 0.5 * (1.0 + torch.erf(u / math.sqrt(2.0)))
    return below + u * torch.exp(-0.5 * u ** 2) / math.sqrt(2.0 * math.pi)

def prenorm_block_backward(dout: Float[Tensor, 'B T C'], cache: dict[str, Tensor]) -> tuple[Float[Tensor, 'B T C'], dict[str, Tensor]]:
    c = cache
    B, T, C = dout.shape
    nh, hs = (c['q'].shape[1], c['q'].shape[3])
    grads = {}
    da, grads['W2'], grads['b2'] = _linear(dout, c['a'], c['W2'])
    du = da * _gelu_slope(c['u'])
    dn2, grads['W1'], grads['b1'] = _linear(du, c['n2'], c['W1'])
    via_mlp, grads['gamma2'], grads['beta2'] = _norm(dn2, c['xhat2'], c['r2'], c['gamma2'])
    dr = dout + via_mlp
    doc, grads['Wo'], grads['bo'] = _linear(dr, c['oc'], c['Wo'])
    do = doc.reshape(B, T, nh, hs).transpose(1, 2)
    dp = do @ c['v'].mT
    dv = c['p'].mT @ do
    ds = c['p'] * (dp - (c['p'] * dp).sum(-1, keepdim=True))
    dq = ds @ c['k'] * hs ** (-0.5)
    dk = ds.mT @ c['q'] * hs ** (-0.5)
    dqkv = torch.cat([d.transpose(1, 2).reshape(B, T, C) for d in (dq, dk, dv)], dim=-1)
    dn1, grads['Wqkv'], grads['bqkv'] = _linear(dqkv, c['n1'], c['Wqkv'])
    via_attention, grads['gamma1'], grads['beta1'] = _norm(dn1, c['xhat1'], c['r1'], c['gamma1'])
    return (dr + via_attention, grads)

def postnorm_block_backward(dout: Float[Tensor, 'B T C'], xhat: Float[Tensor, 'B T C'], r: Float[Tensor, 'B T 1'], gamma: Float[Tensor, 'C'], f_backward: Callable[[Tensor], Tensor]) -> tuple[Float[Tensor, 'B T C'], Float[Tensor, 'C'], Float[Tensor, 'C']]:
    ds, dgamma, dbeta = _norm(dout, xhat, r, gamma)
    return (ds + f_backward(ds), dgamma, dbeta)

def gpt_backward(dlogits: Float[Tensor, 'B T V'], cache: dict[str, Any]) -> dict[str, Any]:
    ids, wte = (cache['ids'], cache['wte'])
    T, C = cache['nf'].shape[1:]
    dnf = dlogits @ wte
    dwte = torch.einsum('btv,btc->vc', dlogits, cache['nf'])
    dx, dgammaf, dbetaf = _norm(dnf, cache['xhatf'], cache['rf'], cache['gammaf'])
    blocks: list[dict[str, Tensor]] = []
    for block in reversed(cache['blocks']):
        dx, grads = prenorm_block_backward(dx, block)
        blocks.insert(0, grads)
    dwte = dwte.index_add(0, ids.flatten(), dx.flatten(0, 1))
    dwpe = torch.zeros(cache['block_size'], C, dtype=dx.dtype)
    dwpe[:T] = dx.sum(0)
    return {'wte': dwte, 'wpe': dwpe, 'blocks': blocks, 'gammaf': dgammaf, 'betaf': dbetaf}

def _normed(x: Float[Tensor, 'B T C'], eps: float=1e-05) -> tuple[Tensor, Tensor]:
    centred = x - x.mean(-1, keepdim=True)
    r = ((centred ** 2).mean(-1, keepdim=True) + eps) ** (-0.5)
    return (centred * r, r)

def _block_forward(x: Float[Tensor, 'B T C'], w: dict[str, Tensor], nh: int) -> tuple[Float[Tensor, 'B T C'], dict[str, Tensor]]:
    B, T, C = x.shape
    xhat1, r1 = _normed(x)
    n1 = w['gamma1'] * xhat1 + w['beta1']
    qkv = n1 @ w['Wqkv'].T + w['bqkv']
    q, k, v = (part.reshape(B, T, nh, C // nh).transpose(1, 2) for part in qkv.split(C, dim=-1))
    future = torch.ones(T, T, dtype=torch.bool).triu(1)
    p = torch.softmax((q @ k.mT * (C // nh) ** (-0.5)).masked_fill(future, -math.inf), -1)
    oc = (p @ v).transpose(1, 2).reshape(B, T, C)
    r = x + oc @ w['Wo'].T + w['bo']
    xhat2, r2 = _normed(r)
    n2 = w['gamma2'] * xhat2 + w['beta2']
    u = n2 @ w['W1'].T + w['b1']
    a = u * 0.5 * (1.0 + torch.erf(u / math.sqrt(2.0)))
    kept = {'xhat1': xhat1, 'r1': r1, 'n1': n1, 'q': q, 'k': k, 'v': v, 'p': p, 'oc': oc}
    kept |= {'xhat2': xhat2, 'r2': r2, 'n2': n2, 'u': u, 'a': a}
    kept |= {name: w[name] for name in ('gamma1', 'Wqkv', 'Wo', 'gamma2', 'W1', 'W2')}
    return (r + a @ w['W2'].T + w['b2'], kept)

def _gpt_forward(params: dict[str, Any], ids: Int[Tensor, 'B T'], nh: int) -> tuple[Float[Tensor, 'B T V'], dict[str, Any]]:
    wte, wpe = (params['wte'], params['wpe'])
    x = wte[ids] + wpe[:ids.shape[1]]
    blocks = []
    for w in params['blocks']:
        x, kept = _block_forward(x, w, nh)
        blocks.append(kept)
    xhatf, rf = _normed(x)
    nf = params['gammaf'] * xhatf + params['betaf']
    cache = {'ids': ids, 'wte': wte, 'block_size': len(wpe), 'blocks': blocks}
    return (nf @ wte.T, cache | {'xhatf': xhatf, 'rf': rf, 'gammaf': params['gammaf'], 'nf': nf})

def _stepped(value: Any, grad: Any, lr: float) -> Any:
    if isinstance(value, dict):
        return {name: _stepped(value[name], grad[name], lr) for name in value}
    if isinstance(value, list):
        return [_stepped(v, g, lr) for v, g in zip(value, grad, strict=True)]
    return value - lr * grad

def manual_gpt_train(params: dict[str, Any], batches_X: Int[Tensor, 'S B T'], batches_Y: Int[Tensor, 'S B T'], n_heads: int, lr: float) -> tuple[Float[Tensor, 'S'], dict[str, Any]]:
    losses = []
    for X, Y in zip(batches_X, batches_Y, strict=True):
        logits, cache = _gpt_forward(params, X, n_heads)
        logprobs = torch.log_softmax(logits, -1)
        picked = logprobs.gather(-1, Y[..., None])
        losses.append(-picked.mean())
        dlogits = logprobs.exp().scatter_add(-1, Y[..., None], -torch.ones_like(picked)) / Y.numel()
        grads = gpt_backward(dlogits, cache)
        params = _stepped(params, grads, lr)
    return (torch.stack(losses), params)
