import math
from collections.abc import Callable
import torch
from jaxtyping import Float, Int
from torch import Tensor
import math
import torch
from torch import Tensor
from jaxtyping import Float, Int



def probs_minus_labels(logits, targets):
    return torch.softmax(logits, -1) - torch.nn.functional.one_hot(targets, logits.shape[-1])


def cdf(x):
    return 0.5 * (1 + torch.erf(x / math.sqrt(2)))


def pdf(x):
    return torch.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def layernorm_backward(dy, xhat, r, gamma):
    C = dy.shape[-1]
    centred, d = (xhat / r, dy * gamma)
    dr = (centred * d).sum(-1, keepdim=True)
    dvar = -0.5 * r ** 3 * dr
    dcentred = r * d + 2 / C * centred * dvar
    dx = dcentred - dcentred.sum(-1, keepdim=True) / C
    return (dx, torch.einsum('btc,btc->c', dy, xhat), dy.sum(0).sum(0))


def relu_backward(dy, x):
    dx = dy.clone()
    dx[x < 0] = 0
    return dx


def gelu_exact_backward(dy, x):
    k = math.sqrt(2 / math.pi)
    t = torch.tanh(k * (x + 0.044715 * x ** 3))
    return dy * (0.5 * (1 + t) + 0.5 * x * (1 - t ** 2) * k * (1 + 3 * 0.044715 * x ** 2))


def gelu_tanh_backward(dy, x):
    k = 2 * math.sqrt(2 / math.pi)
    s = torch.sigmoid(k * (x + 0.044715 * x ** 3))
    return dy * (s + x * s * (1 - s) * k * (1 + 0.134145 * x ** 2))


def mlp_backward(dy, x, W1, u, a, W2):
    rows, xs, us, hidden = (z.flatten(0, 1) for z in (dy, x, u, a))
    du = rows @ W2 * (cdf(us) + us * pdf(us))
    return {'x': (du @ W1).view_as(x), 'W1': du.T @ xs, 'b1': du.sum(0), 'W2': rows.T @ hidden, 'b2': rows.sum(0)}


def token_embedding_backward(dout, ids, V):
    dE = torch.zeros(V, dout.shape[2], dtype=dout.dtype)
    dE[ids] = dout
    return dE


def position_embedding_backward(dout, block_size):
    return torch.nn.functional.pad(dout.sum(0), (0, 0, 0, block_size - dout.shape[1]))


def residual_backward(dout, f_backward):
    dx = dout.clone()
    dx += f_backward(dout)
    return dx


def lm_loss_backward(logits, targets):
    return probs_minus_labels(logits, targets) / logits.shape[0]


def weight_tying_backward(demb, ids, dlogits, n):
    onehot = torch.nn.functional.one_hot(ids, dlogits.shape[-1]).to(demb.dtype)
    return onehot.flatten(0, 1).T @ demb.flatten(0, 1) + dlogits.flatten(0, 1).T @ n.flatten(0, 1)
