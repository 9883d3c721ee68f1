import torch
from jaxtyping import Float, Int
from torch import Tensor
import math
import torch
from torch import Tensor
from jaxtyping import Float, Int



def calibrated_logits(params, bnmean, bnvar, X, eps):
    C, W1, b1, W2, b2, bngain, bnbias = params
    x = C[X].flatten(1) @ W1 + b1
    return torch.tanh(bngain * (x - bnmean) / (bnvar + eps).sqrt() + bnbias) @ W2 + b2


def hidden(params, X):
    return params[0][X].flatten(1) @ params[1] + params[2]


def own_step(params, X, Y):
    C, W1, b1, W2, b2, bngain, bnbias = params
    N, V = (X.shape[0], C.shape[0])
    embcat = C[X].flatten(1)
    hprebn = embcat @ W1 + b1
    var, mean = torch.var_mean(hprebn, dim=0)
    s = (var + 1e-05).sqrt()
    xhat = (hprebn - mean) / s
    h = torch.tanh(bngain * xhat + bnbias)
    probs = torch.softmax(h @ W2 + b2, 1)
    onehot = torch.eye(V, dtype=C.dtype)[Y]
    dlogits = (probs - onehot) / N
    dpre = (1 - h ** 2) * (dlogits @ W2.T)
    g = bngain * dpre / s
    dx = g - g.mean(0) - xhat * (g * xhat).sum(0) / (N - 1)
    dC = torch.zeros_like(C).index_add(0, X.flatten(), (dx @ W1.T).view(-1, C.shape[1]))
    loss = -(probs * onehot).sum(1).log().mean()
    gain, bias = ((dpre * xhat).sum(0, keepdim=True), dpre.sum(0, keepdim=True))
    return (loss, [dC, embcat.T @ dx, dx.sum(0), h.T @ dlogits, dlogits.sum(0), gain, bias])


def manual_train_step(params, Xb, Yb, eps=1e-05):
    C, W1, b1, W2, b2, bngain, bnbias = params
    N, (T, D) = (Xb.shape[0], (Xb.shape[1], C.shape[1]))
    emb = C[Xb]
    embcat = emb.view(N, T * D)
    hprebn = embcat @ W1 + b1
    bnmeani = 1 / N * hprebn.sum(0, keepdim=True)
    bndiff = hprebn - bnmeani
    bndiff2 = bndiff ** 2
    bnvar = 1 / (N - 1) * bndiff2.sum(0, keepdim=True)
    bnvar_inv = (bnvar + eps) ** (-0.5)
    bnraw = bndiff * bnvar_inv
    hpreact = bngain * bnraw + bnbias
    h = torch.tanh(hpreact)
    logits = h @ W2 + b2
    logit_maxes = logits.max(1, keepdim=True).values
    norm_logits = logits - logit_maxes
    counts = norm_logits.exp()
    counts_sum = counts.sum(1, keepdim=True)
    counts_sum_inv = counts_sum ** (-1)
    probs = counts * counts_sum_inv
    logprobs = probs.log()
    loss = -logprobs[range(N), Yb].mean()
    dlogprobs = torch.zeros_like(logprobs)
    dlogprobs[range(N), Yb] = -1.0 / N
    dprobs = dlogprobs / probs
    dcounts_sum_inv = (counts * dprobs).sum(1, keepdim=True)
    dcounts = counts_sum_inv * dprobs
    dcounts_sum = -counts_sum ** (-2) * dcounts_sum_inv
    dcounts += torch.ones_like(counts) * dcounts_sum
    dnorm_logits = counts * dcounts
    dlogits = dnorm_logits.clone()
    dlogit_maxes = (-dnorm_logits).sum(1, keepdim=True)
    dlogits[range(N), logits.max(1).indices] += dlogit_maxes[:, 0]
    dh = dlogits @ W2.T
    dW2 = h.T @ dlogits
    db2 = dlogits.sum(0)
    dhpreact = (1.0 - h ** 2) * dh
    dbngain = (bnraw * dhpreact).sum(0, keepdim=True)
    dbnraw = bngain * dhpreact
    dbnbias = dhpreact.sum(0, keepdim=True)
    dbndiff = bnvar_inv * dbnraw
    dbnvar_inv = (bndiff * dbnraw).sum(0, keepdim=True)
    dbnvar = -0.5 * (bnvar + eps) ** (-1.5) * dbnvar_inv
    dbndiff2 = 1.0 / (N - 1) * torch.ones_like(bndiff2) * dbnvar
    dbndiff += 2 * bndiff * dbndiff2
    dhprebn = dbndiff.clone()
    dbnmeani = (-dbndiff).sum(0)
    dhprebn += 1.0 / N * (torch.ones_like(hprebn) * dbnmeani)
    dembcat = dhprebn @ W1.T
    dW1 = embcat.T @ dhprebn
    db1 = dhprebn.sum(0)
    demb = dembcat.view(emb.shape)
    dC = torch.zeros_like(C)
    for k in range(N):
        for j in range(T):
            dC[Xb[k, j]] += demb[k, j]
    return (loss, [dC, dW1, db1, dW2, db2, dbngain, dbnbias])


def train_no_autograd(params, batches_X, batches_Y, lr):
    params, S = ([p.clone() for p in params], batches_X.shape[0])
    losses = torch.zeros(S)
    for step in range(S):
        losses[step], grads = own_step(params, batches_X[step], batches_Y[step])
        for p, g in zip(params, grads, strict=True):
            p -= (lr if step < S // 2 else 0.1 * lr) * g
    return (losses, params)


def calibrate_bn(params, X):
    x = hidden(params, X)
    return (x.mean(0, keepdim=True), x.var(0, keepdim=True, correction=0))


def _calibrated_logprobs(params: list[Tensor], bnmean: Float[Tensor, '1 H'], bnvar: Float[Tensor, '1 H'], X: Int[Tensor, 'M T'], eps: float) -> Float[Tensor, 'M V']:
    C, W1, b1, W2, b2, bngain, bnbias = params
    hprebn = C[X].reshape(len(X), -1) @ W1 + b1
    bnraw = (hprebn - bnmean) * (bnvar + eps) ** (-0.5)
    h = torch.tanh(bngain * bnraw + bnbias)
    logits = h @ W2 + b2
    return logits - logits.logsumexp(dim=1, keepdim=True)


def evaluate_loss(params, bnmean, bnvar, X, Y, eps=1e-05):
    probs = torch.softmax(calibrated_logits(params, bnmean, bnvar, X, eps), dim=1)
    return -probs.gather(1, Y[:, None]).log().mean()


def sample_name(params, bnmean, bnvar, uniforms, eps=1e-05):
    V, D = params[0].shape
    window, out = (torch.zeros(1, params[1].shape[0] // D, dtype=torch.long), [])
    for u in uniforms:
        probs = torch.softmax(calibrated_logits(params, bnmean, bnvar, window, eps), 1)
        ix = torch.searchsorted(probs[0].cumsum(0), u, right=True).clamp(max=V - 1)
        out.append(int(ix))
        window = torch.cat([window[:, 1:], ix.view(1, 1)], dim=1)
        if ix == 0:
            break
    return out


def why_not_exact():
    return (0.1, 0.2, 0.3)
