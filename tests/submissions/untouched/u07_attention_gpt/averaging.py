"""Three ways to average the past: with loops, with one matrix product, with a softmax."""

import torch
from jaxtyping import Float
from torch import Tensor


def bow_loop(x: Float[Tensor, "B T C"]) -> Float[Tensor, "B T C"]:
    """Return for every position the mean of this position and of all positions before it.

    B sequences of T positions with C channels each; every sequence and every channel is for itself. Loops
    are welcome: this is the slow and obvious version that the next two are compared with. Returns a fresh
    (B, T, C) tensor of the same dtype; `x` stays as it is. Gradients have to find their way back through it.

    >>> bow_loop(torch.tensor([[[2.0, 7.0], [6.0, 4.0], [7.0, 4.0]]]))
    tensor([[[2.0000, 7.0000],
             [4.0000, 5.5000],
             [5.0000, 5.0000]]])
    """
    raise NotImplementedError


def bow_matmul(x: Float[Tensor, "B T C"]) -> tuple[Float[Tensor, "T T"], Float[Tensor, "B T C"]]:
    """Return a table of weights, and what it makes of `x` in one matrix product: the means of `bow_loop`.

    Row t of the (T, T) table says how much position t takes from each position. The same table serves all
    B sequences. Returns two fresh tensors of the dtype of `x`, the weights (T, T) and the means (B, T, C);
    `x` stays as it is. Gradients have to find their way back through the means.

    >>> weights, means = bow_matmul(torch.tensor([[[2.0, 7.0], [6.0, 4.0], [7.0, 4.0]]]))
    >>> weights.sum(dim=1)
    tensor([1., 1., 1.])
    >>> means
    tensor([[[2.0000, 7.0000],
             [4.0000, 5.5000],
             [5.0000, 5.0000]]])
    """
    raise NotImplementedError


def bow_softmax(
    x: Float[Tensor, "B T C"], affinities: Float[Tensor, "T T"]
) -> tuple[Float[Tensor, "T T"], Float[Tensor, "B T C"]]:
    """Return the weights that a causal softmax makes of `affinities`, and the weighted sums of `x`.

    Entry (t, s) of the affinities says how interesting position s is for position t, as any number from
    minus a million to a million. A position takes nothing from positions after it, whatever their
    affinities are, and its weights are not negative and sum to one otherwise. With affinities that are all
    zero this is the mean of `bow_loop` once more. Returns two fresh tensors of the dtype of `x`, the weights
    (T, T) and the sums (B, T, C); the arguments stay as they are. Gradients have to find their way back
    through both.

    >>> x = torch.tensor([[[2.0, 7.0], [6.0, 4.0], [7.0, 4.0]]])
    >>> weights, sums = bow_softmax(x, torch.zeros(3, 3))
    >>> weights
    tensor([[1.0000, 0.0000, 0.0000],
            [0.5000, 0.5000, 0.0000],
            [0.3333, 0.3333, 0.3333]])
    >>> sums[0, 1]
    tensor([4.0000, 5.5000])
    """
    raise NotImplementedError
