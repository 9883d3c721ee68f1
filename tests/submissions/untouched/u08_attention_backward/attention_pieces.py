"""The steps of one attention head backwards, each alone: projection, softmax, scores, weighted sum."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor


def linear_nd_backward(
    dy: Float[Tensor, "B T O"], x: Float[Tensor, "B T C"], W: Float[Tensor, "O C"]
) -> tuple[Float[Tensor, "B T C"], Float[Tensor, "O C"], Float[Tensor, "O"]]:
    """Return the gradients of `x`, `W` and the bias `b` of a linear layer, in this order.

    Forward: `y = x @ W.T + b`, with `W` of shape (O, C) and `b` of shape (O,). The same layer is applied at
    each of the B * T places of `x`. `dy` is the gradient of `y`. Returns three fresh tensors of the same
    dtype; the arguments stay as they are.

    >>> x = torch.tensor([[[1.0, 2.0]], [[3.0, 4.0]]])
    >>> dy, W = torch.tensor([[[1.0]], [[10.0]]]), torch.tensor([[5.0, 7.0]])
    >>> dx, dW, db = linear_nd_backward(dy, x, W)
    >>> dx
    tensor([[[ 5.,  7.]],
    <BLANKLINE>
            [[50., 70.]]])
    >>> dW, db
    (tensor([[31., 42.]]), tensor([11.]))
    """
    raise NotImplementedError


def softmax_jacobian(p: Float[Tensor, "T"]) -> Float[Tensor, "T T"]:
    """Return the matrix of all derivatives of one softmax row: entry (i, j) is that of p_i by s_j.

    Forward: `p = softmax(s)` for a row `s` of T scores. `p` holds positive numbers with sum 1; it is all
    that you need. Returns a fresh tensor of the same dtype; `p` stays as it is.

    >>> softmax_jacobian(torch.tensor([0.5, 0.5]))
    tensor([[ 0.2500, -0.2500],
            [-0.2500,  0.2500]])

    Source: Bridle 1990, "Training Stochastic Model Recognition Algorithms as Networks".
    """
    raise NotImplementedError


def softmax_backward(dp: Float[Tensor, "B T S"], p: Float[Tensor, "B T S"]) -> Float[Tensor, "B T S"]:
    """Return the gradient of the scores, given the gradient of their softmax.

    Forward: `p = softmax(s)` along the last axis: each of the B * T queries has its own row of S scores.
    Only `p` was kept. Where the mask was, `p` is 0. Returns a fresh tensor of the same dtype, without any
    (S, S) matrix on the way if you can; the arguments stay as they are.

    >>> dp, p = torch.tensor([[[4.0, 0.0, 100.0]]]), torch.tensor([[[0.5, 0.5, 0.0]]])
    >>> softmax_backward(dp, p)
    tensor([[[ 1., -1.,  0.]]])
    """
    raise NotImplementedError


def attention_scores_backward(
    dscores: Float[Tensor, "B T T"],
    q: Float[Tensor, "B T hs"],
    k: Float[Tensor, "B T hs"],
    allowed: Bool[Tensor, "T T"],
) -> tuple[Float[Tensor, "B T hs"], Float[Tensor, "B T hs"]]:
    """Return the gradients of the queries and of the keys, given that of the scores behind the mask.

    Forward: `scaled = hs**-0.5 * q @ k.transpose(1, 2)`, then `scores = scaled.masked_fill(~allowed, -inf)`.
    The first axis of `allowed` counts queries, the second keys. `dscores` is any table of numbers, also
    where the mask is. Returns two fresh tensors of the same dtype; the arguments stay as they are.

    >>> q, k = torch.tensor([[[1.0], [2.0]]]), torch.tensor([[[3.0], [5.0]]])
    >>> causal = torch.ones(2, 2).tril() == 1
    >>> dscores = torch.tensor([[[1.0, 9.0], [0.0, 4.0]]])
    >>> attention_scores_backward(dscores, q, k, causal)
    (tensor([[[ 3.],
             [20.]]]), tensor([[[1.],
             [8.]]]))

    Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.2.1.
    """
    raise NotImplementedError


def attention_aggregate_backward(
    dout: Float[Tensor, "B T hs"],
    p: Float[Tensor, "B T T"],
    v: Float[Tensor, "B T hs"],
    keep: Bool[Tensor, "B T T"],
    rate: float,
) -> tuple[Float[Tensor, "B T T"], Float[Tensor, "B T hs"]]:
    """Return the gradients of the probabilities `p` and of the values `v`, given that of the output.

    Forward, with dropout: `a = p * keep / (1 - rate)`, then `out = a @ v`. `keep` is the mask that the
    forward pass drew, True where a number was kept; `rate` is the share that is dropped, 0 <= rate < 1.
    Returns two fresh tensors of the same dtype; the arguments stay as they are.

    >>> p = torch.tensor([[[1.0, 0.0], [0.5, 0.5]]])
    >>> v, dout = torch.tensor([[[3.0], [5.0]]]), torch.tensor([[[1.0], [10.0]]])
    >>> keep = torch.tensor([[[True, True], [False, True]]])
    >>> dp, dv = attention_aggregate_backward(dout, p, v, keep, 0.5)
    >>> dp
    tensor([[[  6.,  10.],
             [  0., 100.]]])
    >>> dv
    tensor([[[ 2.],
             [10.]]])

    Source: Vaswani et al. 2017, section 3.2.1; dropout of the weights as in Radford et al. 2018, "Improving
    Language Understanding by Generative Pre-Training", section 4.1.
    """
    raise NotImplementedError


def attention_delta_identity(
    dout: Float[Tensor, "B T hs"], out: Float[Tensor, "B T hs"]
) -> Float[Tensor, "B T 1"]:
    """Return for each query the sum over all keys of p * dp, from the output of the head and its gradient.

    Forward: `out = a @ v` with `a = p * keep / (1 - rate)`, as in `attention_aggregate_backward`; `dp` is
    the gradient of the loss with respect to `p`. You get neither of them, nor `v`, and you don't need them.
    Returns a fresh (B, T, 1) tensor of the same dtype; the arguments stay as they are.

    >>> dout, out = torch.tensor([[[1.0, 2.0]]]), torch.tensor([[[5.0, 7.0]]])
    >>> attention_delta_identity(dout, out)
    tensor([[[19.]]])

    Source: Dao et al. 2022, "FlashAttention", appendix B.2.
    """
    raise NotImplementedError
