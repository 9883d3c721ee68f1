"""Attention as functions of plain tensors: scores, one head, a look elsewhere, many heads at once."""

import torch
from jaxtyping import Float
from torch import Tensor


def scaled_scores(q: Float[Tensor, "B T hs"], k: Float[Tensor, "B T hs"]) -> Float[Tensor, "B T T"]:
    """Return how well each query fits each key, of a size that doesn't depend on the head size.

    The last axis of `q` and `k` holds the hs numbers of one query or key. Entry (b, t, s) of the result is
    the score of the query at t with the key at s, in the same sequence b. If queries and keys are random
    numbers of variance one, the scores have variance one too. Nothing is masked here. Returns a fresh
    (B, T, T) tensor of the same dtype; the arguments stay as they are. Gradients have to find their way
    back through it.

    >>> scaled_scores(torch.ones(1, 2, 4), torch.tensor([[[0.25, 0.25, 0.0, 0.0], [1.0, 1.0, 1.0, 1.0]]]))
    tensor([[[0.2500, 2.0000],
             [0.2500, 2.0000]]])

    Source: Vaswani et al. 2017, section 3.2.1.
    """
    raise NotImplementedError


def attention_head(
    x: Float[Tensor, "B T C"],
    Wq: Float[Tensor, "hs C"],
    Wk: Float[Tensor, "hs C"],
    Wv: Float[Tensor, "hs C"],
    causal: bool = True,
    drop: Float[Tensor, "B T T"] | None = None,
) -> Float[Tensor, "B T hs"]:
    """Return what one head of self-attention brings to each position.

    x:          B sequences of T positions with C channels.
    Wq, Wk, Wv: weights of three linear layers without bias, stored as
                (out, in). They make queries, keys and values.
    causal:     whether a position sees only itself and what came before.
                If False it sees all.
    drop:       dropout on the finished weights, made by the caller: a
                table of factors by which the weights are multiplied, some
                of them zero. None: no dropout.

    Scores are scaled as in `scaled_scores`. Returns a fresh (B, T, hs) tensor of the same dtype; the
    arguments stay as they are. Gradients have to find their way back through it.

    >>> x, W = torch.tensor([[[2.0, 0.0], [4.0, 8.0]]]), torch.eye(2)
    >>> attention_head(x, 0.0 * W, W, W)
    tensor([[[2., 0.],
             [3., 4.]]])
    >>> attention_head(x, 0.0 * W, W, W, causal=False)
    tensor([[[3., 4.],
             [3., 4.]]])

    Source: Vaswani et al. 2017, sections 3.2.1 and 3.2.3.
    """
    raise NotImplementedError


def cross_attention(
    x: Float[Tensor, "B T C"],
    z: Float[Tensor, "B S C"],
    Wq: Float[Tensor, "hs C"],
    Wk: Float[Tensor, "hs C"],
    Wv: Float[Tensor, "hs C"],
) -> Float[Tensor, "B T hs"]:
    """Return what each position of `x` takes from the positions of another sequence, `z`.

    The T positions of `x` ask, the S positions of `z` answer: a translation (x) that looks at the sentence
    it translates (z). All of `z` is there from the start, so nothing is hidden. Weights and scale are those
    of `attention_head`. Returns a fresh (B, T, hs) tensor of the same dtype; the arguments stay as they
    are. Gradients have to find their way back through it.

    >>> x, z, W = torch.ones(1, 1, 2), torch.tensor([[[2.0, 0.0], [4.0, 8.0]]]), torch.eye(2)
    >>> cross_attention(x, z, 0.0 * W, W, W)
    tensor([[[3., 4.]]])

    Source: Vaswani et al. 2017, section 3.2.3.
    """
    raise NotImplementedError


def multi_head(
    x: Float[Tensor, "B T C"],
    Wqkv: Float[Tensor, "3*C C"],
    bqkv: Float[Tensor, "3*C"],
    Wo: Float[Tensor, "C C"],
    bo: Float[Tensor, "C"],
    nh: int,
) -> Float[Tensor, "B T C"]:
    """Return the result of `nh` heads of causal self-attention, computed at once, after the projection.

    Wqkv, bqkv: one linear layer that makes the queries, keys and values of
                all heads, weights stored as (out, in). The first C outputs
                are the queries, the next C the keys, the last C the
                values. Of each C, the first C / nh belong to head 0, the
                next to head 1, and so on.
    Wo, bo:     the projection, a linear layer that is given the results of
                all heads, head 0 first.

    nh divides C. Every head attends for itself, causally, with scores scaled for its own size. Returns a
    fresh (B, T, C) tensor of the same dtype; the arguments stay as they are. Gradients have to find
    their way back through it.

    >>> x = torch.tensor([[[2.0, 0.0], [4.0, 8.0]]])
    >>> Wqkv = torch.cat([torch.zeros(4, 2), torch.eye(2)])
    >>> multi_head(x, Wqkv, torch.zeros(6), torch.eye(2), torch.tensor([0.5, 0.0]), nh=2)
    tensor([[[2.5000, 0.0000],
             [3.5000, 4.0000]]])

    Source: Vaswani et al. 2017, section 3.2.2.
    """
    raise NotImplementedError
