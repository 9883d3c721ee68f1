"""Backward passes of everything in a transformer that is not attention."""

import math
from collections.abc import Callable

import torch
from jaxtyping import Float, Int
from torch import Tensor


def layernorm_backward(
    dy: Float[Tensor, "B T C"],
    xhat: Float[Tensor, "B T C"],
    r: Float[Tensor, "B T 1"],
    gamma: Float[Tensor, "C"],
) -> tuple[Float[Tensor, "B T C"], Float[Tensor, "C"], Float[Tensor, "C"]]:
    """Return the gradients of the input, the gain and the bias of a LayerNorm.

    Forward: each position (b, t) is normalised over its C features, `xhat = (x - mean) * r` with
    `r = (var + eps) ** -0.5` and the biased variance (divided by C), then `y = gamma * xhat + beta`. The
    forward pass has kept `xhat` and `r`. Returns `dx`, `dgamma`, `dbeta`, fresh tensors of the shapes of x,
    gamma and beta and of their dtype; the arguments stay as they are.

    >>> xhat = torch.tensor([[[1.0, -1.0, 1.0, -1.0]]])
    >>> dy, gamma = torch.tensor([[[4.0, 0.0, 0.0, 0.0]]]), torch.tensor([1.0, 2.0, 3.0, 4.0])
    >>> layernorm_backward(dy, xhat, torch.tensor([[[0.5]]]), gamma)
    (tensor([[[ 1.,  0., -1.,  0.]]]), tensor([4., 0., 0., 0.]), tensor([4., 0., 0., 0.]))

    Source: Ba et al. 2016, "Layer Normalization", section 3.
    """
    raise NotImplementedError


def relu_backward(dy: Float[Tensor, "B T F"], x: Float[Tensor, "B T F"]) -> Float[Tensor, "B T F"]:
    """Return the gradient of the input `x` of a ReLU, `y = max(x, 0)` entry by entry.

    No entry of `x` is exactly 0. Returns a fresh (B, T, F) tensor of the same dtype; the arguments stay as
    they are.

    >>> relu_backward(torch.tensor([[[5.0, 7.0, -9.0]]]), torch.tensor([[[0.1, -2.0, 3.0]]]))
    tensor([[[ 5.,  0., -9.]]])

    Source: Nair & Hinton 2010, "Rectified Linear Units Improve Restricted Boltzmann Machines".
    """
    raise NotImplementedError


def gelu_exact_backward(dy: Float[Tensor, "B T F"], x: Float[Tensor, "B T F"]) -> Float[Tensor, "B T F"]:
    """Return the gradient of the input `x` of the exact GELU.

    Forward: `y = x * Phi(x)` entry by entry, where Phi(x) = 0.5 * (1 + erf(x / sqrt(2))) is the probability
    that a standard normal number is below x. Returns a fresh (B, T, F) tensor of the same dtype; the
    arguments stay as they are.

    >>> gelu_exact_backward(torch.tensor([[[1.0, 2.0]]]), torch.tensor([[[1.0, -1.0]]]))
    tensor([[[ 1.0833, -0.1666]]])

    Source: Hendrycks & Gimpel 2016, "Gaussian Error Linear Units", section 2.
    """
    raise NotImplementedError


def gelu_tanh_backward(dy: Float[Tensor, "B T F"], x: Float[Tensor, "B T F"]) -> Float[Tensor, "B T F"]:
    """Return the gradient of the input `x` of the GELU that GPT-2 uses, an approximation by a tanh.

    Forward: `y = 0.5 * x * (1 + t)` with `t = tanh(sqrt(2 / pi) * (x + 0.044715 * x**3))`, entry by entry.
    The slope asked for is the one of this function, not of the exact GELU: the two differ by nearly 0.001.
    Returns a fresh (B, T, F) tensor of the same dtype; the arguments stay as they are.

    >>> gelu_tanh_backward(torch.tensor([[[1.0, 2.0]]]), torch.tensor([[[1.0, -1.0]]]))
    tensor([[[ 1.0830, -0.1659]]])

    Source: Hendrycks & Gimpel 2016, "Gaussian Error Linear Units", section 2.
    """
    raise NotImplementedError


def mlp_backward(
    dy: Float[Tensor, "B T C"],
    x: Float[Tensor, "B T C"],
    W1: Float[Tensor, "F C"],
    u: Float[Tensor, "B T F"],
    a: Float[Tensor, "B T F"],
    W2: Float[Tensor, "C F"],
) -> dict[str, Tensor]:
    """Return all gradients of the two-layer perceptron that follows attention in each block.

    Forward: `u = x @ W1.T + b1`, then `a` is the exact GELU of `u`, then `y = a @ W2.T + b2`. Weights are
    stored (out, in), as torch.nn.Linear does. Returns a dict with the keys "x", "W1", "b1", "W2" and "b2":
    fresh tensors of the shapes (B, T, C), (F, C), (F,), (C, F) and (C,) and of the same dtype. The
    arguments stay as they are.

    Example: if W2 is all zeros, the gradients of x, W1 and b1 are zeros, and the others are not.
    Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.3; GELU as in GPT.
    """
    raise NotImplementedError


def token_embedding_backward(
    dout: Float[Tensor, "B T C"], ids: Int[Tensor, "B T"], V: int
) -> Float[Tensor, "V C"]:
    """Return the gradient of the token table `E`, given the gradient of what was looked up in it.

    Forward: `out = E[ids]`, with a table of V rows. The same id may stand at many places. Returns a fresh
    (V, C) tensor of the dtype of `dout`; the arguments stay as they are.

    >>> dout = torch.tensor([[[1.0, 2.0], [3.0, 4.0], [10.0, 20.0]]])
    >>> token_embedding_backward(dout, torch.tensor([[2, 0, 2]]), 4)
    tensor([[ 3.,  4.],
            [ 0.,  0.],
            [11., 22.],
            [ 0.,  0.]])
    """
    raise NotImplementedError


def position_embedding_backward(dout: Float[Tensor, "B T C"], block_size: int) -> Float[Tensor, "S C"]:
    """Return the gradient of the position table `P`, which has `block_size` rows.

    Forward: `out = tok + P[:T]`, where `tok` is (B, T, C) and the text has T positions, at most
    `block_size`. Returns a fresh (block_size, C) tensor of the dtype of `dout`; `dout` stays as it is.

    >>> position_embedding_backward(torch.tensor([[[1.0, 2.0]], [[30.0, 40.0]]]), 2)
    tensor([[31., 42.],
            [ 0.,  0.]])
    """
    raise NotImplementedError


def residual_backward(
    dout: Float[Tensor, "B T C"], f_backward: Callable[[Tensor], Tensor]
) -> Float[Tensor, "B T C"]:
    """Return the gradient of `x`, where `out = x + f(x)` and the backward pass of `f` is given.

    `f_backward` takes the gradient of what `f` returned and gives the gradient of what `f` was given, both
    (B, T, C). It changes nothing, but it may hand back its argument itself, as a dropout does that is
    switched off. Returns a fresh (B, T, C) tensor of the same dtype; `dout` stays as it is.

    >>> residual_backward(torch.tensor([[[1.0, -2.0]]]), lambda d: 10 * d)
    tensor([[[ 11., -22.]]])

    Source: He et al. 2015, "Deep Residual Learning for Image Recognition", section 3.
    """
    raise NotImplementedError


def lm_loss_backward(logits: Float[Tensor, "B T V"], targets: Int[Tensor, "B T"]) -> Float[Tensor, "B T V"]:
    """Return the gradient of the logits of a language model, from logits and targets alone.

    Forward: the loss is the cross-entropy of the softmax of `logits` against `targets`, the mean over all
    examples and all positions. Returns a fresh (B, T, V) tensor of the same dtype; the arguments stay as
    they are.

    >>> lm_loss_backward(torch.zeros(1, 2, 4), torch.tensor([[3, 0]]))
    tensor([[[ 0.1250,  0.1250,  0.1250, -0.3750],
             [-0.3750,  0.1250,  0.1250,  0.1250]]])
    """
    raise NotImplementedError


def weight_tying_backward(
    demb: Float[Tensor, "B T C"],
    ids: Int[Tensor, "B T"],
    dlogits: Float[Tensor, "B T V"],
    n: Float[Tensor, "B T C"],
) -> Float[Tensor, "V C"]:
    """Return the gradient of a token table `E` that is the weight of the output layer as well.

    Forward, first line and last: `emb = E[ids]`, and `logits = n @ E.T`, where `n` is what the last block
    leaves after its norm. `demb` is the gradient of `emb`, `dlogits` that of the logits. Returns a fresh
    (V, C) tensor of the same dtype; the arguments stay as they are.

    >>> demb, n = torch.tensor([[[1.0, 2.0]]]), torch.tensor([[[10.0, 5.0]]])
    >>> weight_tying_backward(demb, torch.tensor([[1]]), torch.tensor([[[-2.0, 3.0]]]), n)
    tensor([[-20., -10.],
            [ 31.,  17.]])

    Source: Press & Wolf 2017, "Using the Output Embedding to Improve Language Models".
    """
    raise NotImplementedError
