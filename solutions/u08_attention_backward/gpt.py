"""Backward passes of whole blocks and of a whole GPT, and a training that uses nothing else."""

import math
from collections.abc import Callable
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor

# Fill this file from top to bottom. Pieces that you wrote in the other files of this unit may be copied here.


# BEGIN SOLUTION
def _linear(
    dy: Float[Tensor, "B T O"], x: Float[Tensor, "B T I"], W: Float[Tensor, "O I"]
) -> tuple[Tensor, Tensor, Tensor]:
    """Back through `y = x @ W.T + b`: the gradients of x, W and b."""
    return dy @ W, torch.einsum("bto,bti->oi", dy, x), dy.sum((0, 1))


def _norm(
    dy: Float[Tensor, "B T C"],
    xhat: Float[Tensor, "B T C"],
    r: Float[Tensor, "B T 1"],
    gamma: Float[Tensor, "C"],
) -> tuple[Tensor, Tensor, Tensor]:
    """Back through a LayerNorm: the gradients of its input, gamma and beta."""
    d = dy * gamma
    dx = r * (d - d.mean(-1, keepdim=True) - xhat * (d * xhat).mean(-1, keepdim=True))
    return dx, (dy * xhat).sum((0, 1)), dy.sum((0, 1))


def _gelu_slope(u: Float[Tensor, "B T F"]) -> Float[Tensor, "B T F"]:
    """The derivative of the exact GELU."""
    below = 0.5 * (1.0 + torch.erf(u / math.sqrt(2.0)))
    return below + u * torch.exp(-0.5 * u**2) / math.sqrt(2.0 * math.pi)


# END SOLUTION


def prenorm_block_backward(
    dout: Float[Tensor, "B T C"], cache: dict[str, Tensor]
) -> tuple[Float[Tensor, "B T C"], dict[str, Tensor]]:
    """Return the gradients of the input and of all twelve parameters of a transformer block.

    Forward, with the names of the cache (a picture is in the handout):

        xhat1, r1   LayerNorm of x, before gain and bias
        n1          gamma1 * xhat1 + beta1
        q, k, v     (B, nh, T, hs), heads of n1 @ Wqkv.T + bqkv, in this order
        p           (B, nh, T, T), masked softmax of q @ k.mT / sqrt(hs)
        oc          (B, T, C), the heads of p @ v side by side
        r           x + oc @ Wo.T + bo
        xhat2, r2   LayerNorm of r, before gain and bias
        n2          gamma2 * xhat2 + beta2
        u, a        (B, T, F), n2 @ W1.T + b1, and its exact GELU
        out         r + a @ W2.T + b2

    `cache` holds xhat1, r1, gamma1, n1, Wqkv, q, k, v, p, oc, Wo, xhat2, r2, gamma2, n2, W1, u, a, W2; `r1`
    and `r2` are (B, T, 1), `(var + eps) ** -0.5`. Returns a pair: `dx`, and a dict with the keys gamma1,
    beta1, Wqkv, bqkv, Wo, bo, gamma2, beta2, W1, b1, W2, b2. All are fresh tensors of the dtype of `dout`;
    the arguments stay as they are.

    Example: if Wo and W2 are all zeros, dx is dout.
    Source: Radford et al. 2019, "Language Models are Unsupervised Multitask Learners", section 2.3.
    """
    # BEGIN SOLUTION
    c = cache
    B, T, C = dout.shape
    nh, hs = c["q"].shape[1], c["q"].shape[3]
    grads = {}

    # out = r + mlp(norm2(r))
    da, grads["W2"], grads["b2"] = _linear(dout, c["a"], c["W2"])  # (B, T, F)
    du = da * _gelu_slope(c["u"])
    dn2, grads["W1"], grads["b1"] = _linear(du, c["n2"], c["W1"])  # (B, T, C)
    via_mlp, grads["gamma2"], grads["beta2"] = _norm(dn2, c["xhat2"], c["r2"], c["gamma2"])
    dr = dout + via_mlp

    # r = x + attention(norm1(x))
    doc, grads["Wo"], grads["bo"] = _linear(dr, c["oc"], c["Wo"])
    do = doc.reshape(B, T, nh, hs).transpose(1, 2)  # (B, nh, T, hs)
    dp = do @ c["v"].mT  # (B, nh, T, T)
    dv = c["p"].mT @ do
    ds = c["p"] * (dp - (c["p"] * dp).sum(-1, keepdim=True))
    dq = ds @ c["k"] * hs**-0.5
    dk = ds.mT @ c["q"] * hs**-0.5
    dqkv = torch.cat([d.transpose(1, 2).reshape(B, T, C) for d in (dq, dk, dv)], dim=-1)  # (B, T, 3C)
    dn1, grads["Wqkv"], grads["bqkv"] = _linear(dqkv, c["n1"], c["Wqkv"])
    via_attention, grads["gamma1"], grads["beta1"] = _norm(dn1, c["xhat1"], c["r1"], c["gamma1"])
    return dr + via_attention, grads
    # END SOLUTION


def postnorm_block_backward(
    dout: Float[Tensor, "B T C"],
    xhat: Float[Tensor, "B T C"],
    r: Float[Tensor, "B T 1"],
    gamma: Float[Tensor, "C"],
    f_backward: Callable[[Tensor], Tensor],
) -> tuple[Float[Tensor, "B T C"], Float[Tensor, "C"], Float[Tensor, "C"]]:
    """Return the gradients of the input, gain and bias of a sublayer in the order of the first transformer.

    Forward: `s = x + f(x)`, then a LayerNorm of the sum, `out = gamma * xhat + beta`, where `xhat` is the
    normalised `s` and `r = (var + eps) ** -0.5` belongs to it. `f_backward` is the backward pass of f: it
    takes the gradient of what f returned and gives that of what f was given, both (B, T, C). It changes
    nothing, but may hand back its argument itself. Returns `dx`, `dgamma`, `dbeta`, fresh tensors of the
    dtype of `dout`; the arguments stay as they are.

    >>> xhat = torch.tensor([[[1.0, -1.0, 1.0, -1.0]]])
    >>> dout, gamma = torch.tensor([[[4.0, 0.0, 0.0, 0.0]]]), torch.ones(4)
    >>> postnorm_block_backward(dout, xhat, torch.tensor([[[0.5]]]), gamma, lambda d: 10 * d)[0]
    tensor([[[ 11.,   0., -11.,   0.]]])

    Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.1.
    """
    # BEGIN SOLUTION
    ds, dgamma, dbeta = _norm(dout, xhat, r, gamma)
    return ds + f_backward(ds), dgamma, dbeta
    # END SOLUTION


def gpt_backward(dlogits: Float[Tensor, "B T V"], cache: dict[str, Any]) -> dict[str, Any]:
    """Return the gradients of all parameters of a GPT with tied embeddings, given that of the logits.

    Forward: `x = wte[ids] + wpe[:T]`; then one block after the other, as in `prenorm_block_backward`; then
    a last LayerNorm, `nf = gammaf * xhatf + betaf`; then `logits = nf @ wte.T`. So `wte` is used twice.

    `cache` is a dict: "ids" (B, T), "wte" (V, C), "block_size" (the rows of wpe), "blocks" (a list with the
    cache of each block, first to last, each as in `prenorm_block_backward`), "xhatf" (B, T, C),
    "rf" (B, T, 1), "gammaf" (C,) and "nf" (B, T, C). Returns a dict: "wte" (V, C), "wpe" (block_size, C),
    "gammaf", "betaf", and "blocks", a list with the dict of twelve gradients of each block, first to last.
    All are fresh tensors of the dtype of `dlogits`; the arguments stay as they are.

    Example: with two blocks there are 28 tensors; rows of "wpe" from T on are zeros.
    Source: Radford et al. 2019, "Language Models are Unsupervised Multitask Learners".
    """
    # BEGIN SOLUTION
    ids, wte = cache["ids"], cache["wte"]
    T, C = cache["nf"].shape[1:]

    # the head, which is the token table again
    dnf = dlogits @ wte  # (B, T, C)
    dwte = torch.einsum("btv,btc->vc", dlogits, cache["nf"])
    dx, dgammaf, dbetaf = _norm(dnf, cache["xhatf"], cache["rf"], cache["gammaf"])

    blocks: list[dict[str, Tensor]] = []
    for block in reversed(cache["blocks"]):
        dx, grads = prenorm_block_backward(dx, block)
        blocks.insert(0, grads)

    # both embeddings get the whole gradient of their sum
    dwte = dwte.index_add(0, ids.flatten(), dx.flatten(0, 1))
    dwpe = torch.zeros(cache["block_size"], C, dtype=dx.dtype)
    dwpe[:T] = dx.sum(0)
    return {"wte": dwte, "wpe": dwpe, "blocks": blocks, "gammaf": dgammaf, "betaf": dbetaf}
    # END SOLUTION


# BEGIN SOLUTION
def _normed(x: Float[Tensor, "B T C"], eps: float = 1e-5) -> tuple[Tensor, Tensor]:
    """The normalised x and the factor r that made it so."""
    centred = x - x.mean(-1, keepdim=True)
    r = ((centred**2).mean(-1, keepdim=True) + eps) ** -0.5  # (B, T, 1)
    return centred * r, r


def _block_forward(
    x: Float[Tensor, "B T C"], w: dict[str, Tensor], nh: int
) -> tuple[Float[Tensor, "B T C"], dict[str, Tensor]]:
    """One block forward, with the cache that its backward pass needs."""
    B, T, C = x.shape
    xhat1, r1 = _normed(x)
    n1 = w["gamma1"] * xhat1 + w["beta1"]
    qkv = n1 @ w["Wqkv"].T + w["bqkv"]  # (B, T, 3C)
    q, k, v = (part.reshape(B, T, nh, C // nh).transpose(1, 2) for part in qkv.split(C, dim=-1))
    future = torch.ones(T, T, dtype=torch.bool).triu(1)
    p = torch.softmax((q @ k.mT * (C // nh) ** -0.5).masked_fill(future, -math.inf), -1)  # (B, nh, T, T)
    oc = (p @ v).transpose(1, 2).reshape(B, T, C)
    r = x + oc @ w["Wo"].T + w["bo"]
    xhat2, r2 = _normed(r)
    n2 = w["gamma2"] * xhat2 + w["beta2"]
    u = n2 @ w["W1"].T + w["b1"]  # (B, T, F)
    a = u * 0.5 * (1.0 + torch.erf(u / math.sqrt(2.0)))
    kept = {"xhat1": xhat1, "r1": r1, "n1": n1, "q": q, "k": k, "v": v, "p": p, "oc": oc}
    kept |= {"xhat2": xhat2, "r2": r2, "n2": n2, "u": u, "a": a}
    kept |= {name: w[name] for name in ("gamma1", "Wqkv", "Wo", "gamma2", "W1", "W2")}
    return r + a @ w["W2"].T + w["b2"], kept


def _gpt_forward(
    params: dict[str, Any], ids: Int[Tensor, "B T"], nh: int
) -> tuple[Float[Tensor, "B T V"], dict[str, Any]]:
    """The logits, and the cache for `gpt_backward`."""
    wte, wpe = params["wte"], params["wpe"]
    x = wte[ids] + wpe[: ids.shape[1]]  # (B, T, C)
    blocks = []
    for w in params["blocks"]:
        x, kept = _block_forward(x, w, nh)
        blocks.append(kept)
    xhatf, rf = _normed(x)
    nf = params["gammaf"] * xhatf + params["betaf"]
    cache = {"ids": ids, "wte": wte, "block_size": len(wpe), "blocks": blocks}
    return nf @ wte.T, cache | {"xhatf": xhatf, "rf": rf, "gammaf": params["gammaf"], "nf": nf}


def _stepped(value: Any, grad: Any, lr: float) -> Any:
    """One step of gradient descent on a tensor, or on all tensors in a dict or list, without changing it."""
    if isinstance(value, dict):
        return {name: _stepped(value[name], grad[name], lr) for name in value}
    if isinstance(value, list):
        return [_stepped(v, g, lr) for v, g in zip(value, grad, strict=True)]
    return value - lr * grad


# END SOLUTION


def manual_gpt_train(
    params: dict[str, Any],
    batches_X: Int[Tensor, "S B T"],
    batches_Y: Int[Tensor, "S B T"],
    n_heads: int,
    lr: float,
) -> tuple[Float[Tensor, "S"], dict[str, Any]]:
    """Train a small GPT by plain gradient descent for S steps, with gradients made by your own code.

    Step number `step` uses `batches_X[step]` and `batches_Y[step]`, token ids and the ids that follow them.
    The model is that of `gpt_backward`, and every LayerNorm has the eps 1e-5; the loss is the mean
    cross-entropy over examples and positions. `params` is a dict: "wte" (V, C), "wpe" (block size, C),
    "gammaf" (C,), "betaf" (C,), and "blocks", a list with a dict of the twelve parameters of each block,
    named as in `prenorm_block_backward`. Every parameter p becomes p - lr * its gradient at every step.

    Returns the S losses in one tensor of the parameters' dtype, each taken before the update of its step,
    and the final parameters in the same form. `params` and its tensors stay as they are: train on copies.

    Example: while `wte` is all zeros, all V tokens are equally likely and the loss is ln V.
    Source: Radford et al. 2019, "Language Models are Unsupervised Multitask Learners", section 2.3.
    """
    # BEGIN SOLUTION
    losses = []
    for X, Y in zip(batches_X, batches_Y, strict=True):
        logits, cache = _gpt_forward(params, X, n_heads)
        logprobs = torch.log_softmax(logits, -1)  # (B, T, V)
        picked = logprobs.gather(-1, Y[..., None])  # (B, T, 1)
        losses.append(-picked.mean())

        dlogits = logprobs.exp().scatter_add(-1, Y[..., None], -torch.ones_like(picked)) / Y.numel()
        grads = gpt_backward(dlogits, cache)
        params = _stepped(params, grads, lr)
    return torch.stack(losses), params
    # END SOLUTION
