"""Backward passes of whole blocks and of a whole GPT, and a training that uses nothing else."""

import math
from collections.abc import Callable
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor

# Fill this file from top to bottom. Pieces that you wrote in the other files of this unit may be copied here.


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
    raise NotImplementedError


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
    raise NotImplementedError


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
    raise NotImplementedError


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
    raise NotImplementedError
