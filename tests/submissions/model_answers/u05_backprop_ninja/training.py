import torch
from jaxtyping import Float, Int
from torch import Tensor

def manual_train_step(params: list[Tensor], Xb: Int[Tensor, 'N T'], Yb: Int[Tensor, 'N'], eps: float=1e-05) -> tuple[Float[Tensor, ''], list[Tensor]]:
    C, W1, b1, W2, b2, bngain, bnbias = params
    N = len(Xb)
    rows = torch.arange(N)
    emb = C[Xb]
    embcat = emb.reshape(N, -1)
    hprebn = embcat @ W1 + b1
    bnmean = hprebn.mean(dim=0, keepdim=True)
    bnvar = ((hprebn - bnmean) ** 2).sum(dim=0, keepdim=True) / (N - 1)
    bnvar_inv = (bnvar + eps) ** (-0.5)
    bnraw = (hprebn - bnmean) * bnvar_inv
    hpreact = bngain * bnraw + bnbias
    h = torch.tanh(hpreact)
    logits = h @ W2 + b2
    logprobs = logits - logits.logsumexp(dim=1, keepdim=True)
    loss = -logprobs[rows, Yb].mean()
    dlogits = logprobs.exp()
    dlogits[rows, Yb] -= 1.0
    dlogits /= N
    dh = dlogits @ W2.T
    dW2 = h.T @ dlogits
    db2 = dlogits.sum(dim=0)
    dhpreact = (1.0 - h ** 2) * dh
    dbngain = (bnraw * dhpreact).sum(dim=0, keepdim=True)
    dbnbias = dhpreact.sum(dim=0, keepdim=True)
    dhprebn = bngain * bnvar_inv / N * (N * dhpreact - dbnbias - N / (N - 1) * bnraw * dbngain)
    dembcat = dhprebn @ W1.T
    dW1 = embcat.T @ dhprebn
    db1 = dhprebn.sum(dim=0)
    demb = dembcat.reshape(emb.shape)
    dC = torch.zeros_like(C)
    dC.index_add_(0, Xb.reshape(-1), demb.reshape(-1, C.shape[1]))
    return (loss, [dC, dW1, db1, dW2, db2, dbngain, dbnbias])

def train_no_autograd(params: list[Tensor], batches_X: Int[Tensor, 'S N T'], batches_Y: Int[Tensor, 'S N'], lr: float) -> tuple[Float[Tensor, 'S'], list[Tensor]]:
    S = len(batches_X)
    losses = []
    for step in range(S):
        loss, grads = manual_train_step(params, batches_X[step], batches_Y[step])
        rate = lr if step < S // 2 else lr / 10
        params = [p - rate * dp for p, dp in zip(params, grads, strict=True)]
        losses.append(loss)
    return (torch.stack(losses), params)

def calibrate_bn(params: list[Tensor], X: Int[Tensor, 'M T']) -> tuple[Float[Tensor, '1 H'], Float[Tensor, '1 H']]:
    C, W1, b1 = params[:3]
    hprebn = C[X].reshape(len(X), -1) @ W1 + b1
    return (hprebn.mean(dim=0, keepdim=True), hprebn.var(dim=0, keepdim=True))

def _calibrated_logprobs(params: list[Tensor], bnmean: Float[Tensor, '1 H'], bnvar: Float[Tensor, '1 H'], X: Int[Tensor, 'M T'], eps: float) -> Float[Tensor, 'M V']:
    C, W1, b1, W2, b2, bngain, bnbias = params
    hprebn = C[X].reshape(len(X), -1) @ W1 + b1
    bnraw = (hprebn - bnmean) * (bnvar + eps) ** (-0.5)
    h = torch.tanh(bngain * bnraw + bnbias)
    logits = h @ W2 + b2
    return logits - logits.logsumexp(dim=1, keepdim=True)

def evaluate_loss(params: list[Tensor], bnmean: Float[Tensor, '1 H'], bnvar: Float[Tensor, '1 H'], X: Int[Tensor, 'M T'], Y: Int[Tensor, 'M'], eps: float=1e-05) -> Float[Tensor, '']:
    logprobs = _calibrated_logprobs(params, bnmean, bnvar, X, eps)
    return -logprobs[torch.arange(len(Y)), Y].mean()

def sample_name(params: list[Tensor], bnmean: Float[Tensor, '1 H'], bnvar: Float[Tensor, '1 H'], uniforms: Float[Tensor, 'L'], eps: float=1e-05) -> list[int]:
    C, W1 = params[:2]
    V, T = (len(C), len(W1) // C.shape[1])
    context = [0] * T
    name = []
    for u in uniforms:
        logprobs = _calibrated_logprobs(params, bnmean, bnvar, torch.tensor([context]), eps)
        cumulative = logprobs[0].exp().cumsum(dim=0)
        not_larger = int((cumulative <= u).sum())
        character = min(not_larger, V - 1)
        name.append(character)
        context = [*context[1:], character]
        if character == 0:
            break
    return name

def why_not_exact() -> tuple[float, float, float]:
    return (500.0, 0.002, 0.002)
