import math
from collections.abc import Callable
from typing import Any
import torch
from jaxtyping import Float, Int
from torch import Tensor
import math
import torch
from torch import Tensor
from jaxtyping import Float, Int



def normed(x, flag=''):
    variance, mean = torch.var_mean(x, -1, correction=int(flag == 'unbiased'), keepdim=True)
    r = (variance + (0 if flag == 'no_eps' else 1e-05)).rsqrt()
    return ((x - mean) * r, r)


def kept_by_block(x, w, heads, flag=''):
    B, T, C = x.shape
    xhat1, r1 = normed(x, flag)
    n1 = w['gamma1'] * xhat1 + w['beta1']
    q, k, v = torch.einsum('btc,oc->bto', n1, w['Wqkv']).add(w['bqkv']).chunk(3, -1)
    q, k, v = (z.reshape(B, T, heads, -1).permute(0, 2, 1, 3) for z in (q, k, v))
    scores = torch.einsum('bhid,bhjd->bhij', q, k) / math.sqrt(C if flag == 'scaled_by_C' else C // heads)
    if flag != 'no_mask':
        scores = scores + torch.full((T, T), -1000000000.0, dtype=x.dtype).triu(1)
    p = torch.softmax(scores, -1)
    oc = torch.einsum('bhij,bhjd->bihd', p, v).flatten(2)
    r = x + oc @ w['Wo'].mT + w['bo']
    xhat2, r2 = normed(r, flag)
    n2 = w['gamma2'] * xhat2 + w['beta2']
    u = n2 @ w['W1'].mT + w['b1']
    inner = math.sqrt(2 / math.pi) * (u + 0.044715 * u ** 3)
    a = u * (0.5 + 0.5 * torch.tanh(inner) if flag == 'tanh' else torch.special.ndtr(u))
    names = 'xhat1 r1 n1 q k v p oc xhat2 r2 n2 u a'.split()
    cache = dict(zip(names, (xhat1, r1, n1, q, k, v, p, oc, xhat2, r2, n2, u, a), strict=True))
    cache |= {name: w[name].clone() for name in ('gamma1', 'Wqkv', 'Wo', 'gamma2', 'W1', 'W2')}
    return (r + a @ w['W2'].mT + w['b2'], cache)


def kept_by_gpt(params, ids, heads, flag=''):
    x, blocks = (params['wte'][ids] + params['wpe'][:ids.shape[1]], [])
    for w in params['blocks']:
        x, cache = kept_by_block(x, w, heads, flag)
        blocks.append(cache)
    xhatf, rf = normed(x, flag)
    nf = params['gammaf'] * xhatf + params['betaf']
    cache = {'ids': ids, 'wte': params['wte'], 'block_size': len(params['wpe']), 'blocks': blocks}
    cache |= {'xhatf': xhatf, 'rf': rf, 'gammaf': params['gammaf'], 'nf': nf}
    return (nf @ params['wte'].mT, cache)


def stepped(value, grad, lr):
    if isinstance(value, dict):
        return {name: stepped(part, grad[name], lr) for name, part in value.items()}
    if isinstance(value, list):
        return [stepped(part, g, lr) for part, g in zip(value, grad, strict=True)]
    return value.detach() - lr * grad.detach()


def trained_by_hand(params, batches_X, batches_Y, n_heads, lr, flag=''):
    losses = []
    for X, Y in zip(batches_X, batches_Y, strict=True):
        logits, cache = kept_by_gpt(params, X, n_heads, flag)
        probs = torch.softmax(logits, -1)
        losses.append(-probs.gather(-1, Y[..., None]).log().mean())
        dlogits = (probs - torch.nn.functional.one_hot(Y, probs.shape[-1])) / Y.numel()
        params = stepped(params, through_gpt(dlogits, cache, flag), lr)
    return (torch.stack(losses), params)


def through_gpt(dlogits, cache, flag=''):
    ids, nf, V = (cache['ids'], cache['nf'], dlogits.shape[-1])
    dnf, dwte, _ = through_linear(dlogits, nf, cache['wte'])
    d, dgammaf, dbetaf = through_norm(dnf, cache['xhatf'], cache['rf'], cache['gammaf'])
    blocks = [{} for _ in cache['blocks']]
    for i in range(len(blocks) - 1, -1, -1):
        d, blocks[i] = through_block(d, cache['blocks'][i], flag)
    onehot = torch.eye(V, dtype=d.dtype)[ids]
    dwte = dwte + torch.einsum('btv,btc->vc', onehot, d)
    dwpe = torch.zeros(cache['block_size'], d.shape[-1], dtype=d.dtype)
    for example in d:
        dwpe[:d.shape[1]] += example
    return {'gammaf': dgammaf, 'betaf': dbetaf, 'wte': dwte, 'wpe': dwpe, 'blocks': blocks}


def through_norm(dy, xhat, r, gamma):
    C = xhat.shape[-1]
    d = gamma * dy
    dx = r / C * (C * d - d.sum(-1, keepdim=True) - xhat * (d * xhat).sum(-1, keepdim=True))
    return (dx, (dy * xhat).flatten(0, 1).sum(0), dy.flatten(0, 1).sum(0))


def through_linear(dy, x, W):
    rows = dy.flatten(0, 1)
    return (dy @ W, rows.mT @ x.flatten(0, 1), rows.sum(0))


def through_block(dout, c, flag=''):
    g = {}
    da, g['W2'], g['b2'] = through_linear(dout, c['a'], c['W2'])
    u = c['u']
    below, density = (torch.special.ndtr(u), torch.exp(-u * u / 2) / math.sqrt(2 * math.pi))
    if flag == 'tanh':
        k = math.sqrt(2 / math.pi)
        below = 0.5 + 0.5 * torch.tanh(k * (u + 0.044715 * u ** 3))
        density = 2 * below * (1 - below) * k * (1 + 3 * 0.044715 * u ** 2)
    du = da * (below + u * density)
    dn2, g['W1'], g['b1'] = through_linear(du, c['n2'], c['W1'])
    dr, g['gamma2'], g['beta2'] = through_norm(dn2, c['xhat2'], c['r2'], c['gamma2'])
    if flag != 'second_residual':
        dr = dr + dout
    doc, g['Wo'], g['bo'] = through_linear(dout if flag == 'fed_dout' else dr, c['oc'], c['Wo'])
    heads, hs = (c['q'].shape[1], c['q'].shape[3])
    dq, dk, dv = ([], [], [])
    for h in range(heads):
        q, k, v, p = (c[name][:, h] for name in 'qkvp')
        do = doc[:, :, h * hs:(h + 1) * hs]
        dp = torch.einsum('bid,bjd->bij', do, v)
        ds = p * dp - p * torch.einsum('bij,bij->bi', p, dp)[..., None]
        ds = ds if flag == 'no_scale' else ds / math.sqrt(hs)
        dq.append(torch.einsum('bij,bjd->bid', ds, k))
        dk.append(torch.einsum('bij,bid->bjd', ds, q))
        dv.append(torch.einsum('bij,bid->bjd', p, do))
    dn1, g['Wqkv'], g['bqkv'] = through_linear(torch.cat(dq + dk + dv, -1), c['n1'], c['Wqkv'])
    dx, g['gamma1'], g['beta1'] = through_norm(dn1, c['xhat1'], c['r1'], c['gamma1'])
    return (dx if flag == 'first_residual' else dx + dr, g)


def _linear(dy: Float[Tensor, 'B T O'], x: Float[Tensor, 'B T I'], W: Float[Tensor, 'O I']) -> tuple[Tensor, Tensor, Tensor]:
    return (dy @ W, torch.einsum('bto,bti->oi', dy, x), dy.sum((0, 1)))


def _norm(dy: Float[Tensor, 'B T C'], xhat: Float[Tensor, 'B T C'], r: Float[Tensor, 'B T 1'], gamma: Float[Tensor, 'C']) -> tuple[Tensor, Tensor, Tensor]:
    d = dy * gamma
    dx = r * (d - d.mean(-1, keepdim=True) - xhat * (d * xhat).mean(-1, keepdim=True))
    return (dx, (dy * xhat).sum((0, 1)), dy.sum((0, 1)))


def _gelu_slope(u: Float[Tensor, 'B T F']) -> Float[Tensor, 'B T F']:
    below = 0.5 * (1.0 + torch.erf(u / math.sqrt(2.0)))
    return below + u * torch.exp(-0.5 * u ** 2) / math.sqrt(2.0 * math.pi)


def prenorm_block_backward(dout, cache):
    return through_block(dout, cache)


def postnorm_block_backward(dout: Float[Tensor, 'B T C'], xhat: Float[Tensor, 'B T C'], r: Float[Tensor, 'B T 1'], gamma: Float[Tensor, 'C'], f_backward: Callable[[Tensor], Tensor]) -> tuple[Float[Tensor, 'B T C'], Float[Tensor, 'C'], Float[Tensor, 'C']]:
    ds, dgamma, dbeta = _norm(dout, xhat, r, gamma)
    return (dout + f_backward(ds), dgamma, dbeta)


def gpt_backward(dlogits, cache):
    return through_gpt(dlogits, cache)


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


def manual_gpt_train(params, batches_X, batches_Y, n_heads, lr):
    return trained_by_hand(params, batches_X, batches_Y, n_heads, lr)
