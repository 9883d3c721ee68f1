"""Whole attention backwards: one head, two sequences, many heads, and without the stored probabilities."""

import math

import torch
from jaxtyping import Bool, Float
from torch import Tensor


def attention_head_backward(
    dout: Float[Tensor, "B T hs"],
    x: Float[Tensor, "B T C"],
    Wq: Float[Tensor, "hs C"],
    Wk: Float[Tensor, "hs C"],
    Wv: Float[Tensor, "hs C"],
    q: Float[Tensor, "B T hs"],
    k: Float[Tensor, "B T hs"],
    v: Float[Tensor, "B T hs"],
    p: Float[Tensor, "B T T"],
) -> dict[str, Tensor]:
    """Return the gradients of a causal head's input and weights: a dict with "x", "Wq", "Wk" and "Wv".

    Forward: `q = x @ Wq.T`, `k = x @ Wk.T`, `v = x @ Wv.T`; `scores = hs**-0.5 * q @ k.transpose(1, 2)`,
    with -inf for all later positions; `p = softmax(scores)` along the last axis; `out = p @ v`. `dout` is
    the gradient of `out`. Each gradient has the shape and the dtype of its variable; the arguments stay as
    they are.

    >>> x = torch.tensor([[[2.0], [3.0]]])
    >>> W = torch.zeros(1, 1), torch.zeros(1, 1), torch.ones(1, 1)
    >>> p = torch.tensor([[[1.0, 0.0], [0.5, 0.5]]])
    >>> dout = torch.tensor([[[1.0], [4.0]]])
    >>> grads = attention_head_backward(dout, x, *W, 0 * x, 0 * x, x, p)
    >>> grads["x"]
    tensor([[[3.],
             [2.]]])
    >>> grads["Wv"]
    tensor([[12.]])

    Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.2.
    """
    raise NotImplementedError


def key_bias_null(
    dout: Float[Tensor, "B T hs"],
    q: Float[Tensor, "B T hs"],
    k: Float[Tensor, "B T hs"],
    v: Float[Tensor, "B T hs"],
    p: Float[Tensor, "B T T"],
) -> tuple[Float[Tensor, "hs"], Float[Tensor, "hs"], Float[Tensor, "hs"]]:
    """Return the gradients of the three biases of a causal head: query, key and value bias, in this order.

    Forward: as in `attention_head_backward`, but with biases of shape (hs,): `q = x @ Wq.T + bq`, and
    likewise `bk` and `bv`. One of the three gradients is zero whatever the inputs are; return it as zeros.
    Another needs less than it seems. `p` is the softmax of the masked and scaled scores of these `q` and
    `k`. Returns three fresh tensors of the same dtype; the arguments stay as they are.

    >>> q, k = torch.tensor([[[1.0], [0.0]]]), torch.tensor([[[2.0], [6.0]]])
    >>> v = torch.tensor([[[1.0], [3.0]]])
    >>> p = torch.tensor([[[1.0, 0.0], [0.5, 0.5]]])
    >>> key_bias_null(torch.tensor([[[5.0], [1.0]]]), q, k, v, p)[0]
    tensor([2.])
    """
    raise NotImplementedError


def cross_attention_backward(
    dout: Float[Tensor, "B T hs"],
    x: Float[Tensor, "B T C"],
    z: Float[Tensor, "B S C"],
    Wq: Float[Tensor, "hs C"],
    Wk: Float[Tensor, "hs C"],
    Wv: Float[Tensor, "hs C"],
    q: Float[Tensor, "B T hs"],
    k: Float[Tensor, "B S hs"],
    v: Float[Tensor, "B S hs"],
    p: Float[Tensor, "B T S"],
) -> dict[str, Tensor]:
    """Return the gradients of a cross-attention head: a dict with "x", "z", "Wq", "Wk" and "Wv".

    Forward: `q = x @ Wq.T` from one sequence, `k = z @ Wk.T` and `v = z @ Wv.T` from another of S places;
    `p = softmax(hs**-0.5 * q @ k.transpose(1, 2))` along the last axis, without a mask; `out = p @ v`.
    `dout` is the gradient of `out`. Each gradient has the shape and the dtype of its variable; the
    arguments stay as they are.

    >>> x, z = torch.tensor([[[1.0]]]), torch.tensor([[[2.0], [3.0]]])
    >>> W = torch.zeros(1, 1), torch.zeros(1, 1), torch.ones(1, 1)
    >>> p = torch.tensor([[[0.5, 0.5]]])
    >>> dout = torch.tensor([[[4.0]]])
    >>> cross_attention_backward(dout, x, z, *W, 0 * x, 0 * z, z, p)["z"]
    tensor([[[2.],
             [2.]]])

    Source: Vaswani et al. 2017, section 3.2.3.
    """
    raise NotImplementedError


def multi_head_list_backward(
    dconcat: Float[Tensor, "B T C"],
    x: Float[Tensor, "B T C"],
    Wq: Float[Tensor, "nh hs C"],
    Wk: Float[Tensor, "nh hs C"],
    Wv: Float[Tensor, "nh hs C"],
    q: Float[Tensor, "nh B T hs"],
    k: Float[Tensor, "nh B T hs"],
    v: Float[Tensor, "nh B T hs"],
    p: Float[Tensor, "nh B T T"],
) -> dict[str, Tensor]:
    """Return the gradients of several heads side by side: a dict with "x", "Wq", "Wk" and "Wv".

    The first axis counts the heads: head h has the weights `Wq[h]`, `Wk[h]`, `Wv[h]`, and `q[h]`, `k[h]`,
    `v[h]`, `p[h]` are what its forward pass kept. Each is a causal head as in `attention_head_backward`,
    and all read the same `x`. Their outputs are put side by side along the channels:
    `concat = torch.cat([out_0, out_1, ...], dim=-1)`, so C = nh * hs. `dconcat` is the gradient of `concat`.
    Each gradient has the shape and the dtype of its variable; the arguments stay as they are.

    >>> dconcat, x = torch.tensor([[[5.0, 7.0]]]), torch.tensor([[[1.0, 2.0]]])
    >>> zero, Wv = torch.zeros(2, 1, 2), torch.tensor([[[1.0, 0.0]], [[3.0, 1.0]]])
    >>> q = torch.zeros(2, 1, 1, 1)
    >>> v = torch.tensor([1.0, 5.0]).view(2, 1, 1, 1)
    >>> p = torch.ones(2, 1, 1, 1)
    >>> multi_head_list_backward(dconcat, x, zero, zero, Wv, q, q, v, p)["x"]
    tensor([[[26.,  7.]]])

    Source: Vaswani et al. 2017, section 3.2.2.
    """
    raise NotImplementedError


def multi_head_batched_backward(
    dout: Float[Tensor, "B T C"],
    x: Float[Tensor, "B T C"],
    Wqkv: Float[Tensor, "C3 C"],
    q: Float[Tensor, "B nh T hs"],
    k: Float[Tensor, "B nh T hs"],
    v: Float[Tensor, "B nh T hs"],
    p: Float[Tensor, "B nh T T"],
    concat: Float[Tensor, "B T C"],
    Wo: Float[Tensor, "C C"],
) -> dict[str, Tensor]:
    """Return the gradients of multi-head attention: a dict with "x", "Wqkv", "bqkv", "Wo" and "bo".

    Forward, with C = nh * hs and C3 = 3 * C:

        q, k, v = (x @ Wqkv.T + bqkv).split(C, dim=-1)        # each (B, T, C)
        q = q.view(B, T, nh, hs).transpose(1, 2)              # k and v alike
        scores = hs**-0.5 * q @ k.transpose(-2, -1)           # -inf for later keys
        p = softmax(scores)                                   # (B, nh, T, T)
        concat = (p @ v).transpose(1, 2).reshape(B, T, C)     # heads side by side
        out = concat @ Wo.T + bo                              # (B, T, C)

    So the first C rows of `Wqkv` make the queries of all heads, the next C the keys, the last C the values.
    `dout` is the gradient of `out`. Each gradient has the shape and the dtype of its variable (`bqkv` is
    (3C,), `bo` is (C,)); the arguments stay as they are.

    >>> x, dout, concat = (torch.full((1, 1, 1), number) for number in (2.0, 3.0, 10.0))
    >>> Wqkv, Wo = torch.tensor([[0.0], [0.0], [5.0]]), torch.tensor([[7.0]])
    >>> v, p = torch.full((1, 1, 1, 1), 10.0), torch.ones(1, 1, 1, 1)
    >>> grads = multi_head_batched_backward(dout, x, Wqkv, 0 * v, 0 * v, v, p, concat, Wo)
    >>> grads["Wqkv"]
    tensor([[ 0.],
            [ 0.],
            [42.]])
    >>> grads["x"], grads["Wo"]
    (tensor([[[105.]]]), tensor([[30.]]))

    Source: Vaswani et al. 2017, section 3.2.2.
    """
    raise NotImplementedError


def attention_recompute_backward(
    dout: Float[Tensor, "B T hs"],
    q: Float[Tensor, "B T hs"],
    k: Float[Tensor, "B T hs"],
    v: Float[Tensor, "B T hs"],
    out: Float[Tensor, "B T hs"],
    lse: Float[Tensor, "B T"],
    allowed: Bool[Tensor, "T T"],
) -> tuple[Float[Tensor, "B T hs"], Float[Tensor, "B T hs"], Float[Tensor, "B T hs"]]:
    """Return the gradients of `q`, `k` and `v`, in this order, where the forward pass kept no probabilities.

    Forward: `scores = hs**-0.5 * q @ k.transpose(1, 2)`, -inf where `allowed` (queries by keys) is False;
    `p = softmax(scores)` along the last axis; `out = p @ v`. Of the (B, T, T) tables only one number per
    query was kept: `lse`, the logarithm of the sum of the exponentials of its row of `scores`. Returns
    three fresh tensors of the same dtype; the arguments stay as they are.

    >>> q, k = torch.tensor([[[0.0], [0.0]]]), torch.tensor([[[2.0], [6.0]]])
    >>> v = torch.tensor([[[1.0], [3.0]]])
    >>> out, lse = torch.tensor([[[1.0], [2.0]]]), torch.tensor([[0.0, math.log(2.0)]])
    >>> dout, causal = torch.tensor([[[5.0], [1.0]]]), torch.ones(2, 2).tril() == 1
    >>> dq, dk, dv = attention_recompute_backward(dout, q, k, v, out, lse, causal)
    >>> dq
    tensor([[[0.],
             [2.]]])

    Source: Dao et al. 2022, "FlashAttention", section 3.1 and appendix B.
    """
    raise NotImplementedError
