"""From the loss back to the logits, one atomic step of the softmax at a time."""

import torch
from jaxtyping import Float, Int
from torch import Tensor


def backward_logprobs(logprobs: Float[Tensor, "N V"], y: Int[Tensor, "N"]) -> Float[Tensor, "N V"]:
    """Return the gradient of the loss with respect to `logprobs`.

    Forward: `loss = -logprobs[torch.arange(N), y].mean()`. The loss itself has gradient 1. `logprobs`
    holds a log-probability for each of N examples and V characters, `y` the right character of each
    example. Returns a fresh tensor of the shape and dtype of `logprobs`; the arguments stay as they are.

    >>> backward_logprobs(torch.tensor([[-0.5, -2.0, -1.3], [-1.0, -1.5, -0.9]]), torch.tensor([2, 0]))
    tensor([[ 0.0000,  0.0000, -0.5000],
            [-0.5000,  0.0000,  0.0000]])
    """
    # BEGIN SOLUTION
    N = len(y)
    dlogprobs = torch.zeros_like(logprobs)  # (N, V)
    dlogprobs[torch.arange(N), y] = -1.0 / N
    return dlogprobs
    # END SOLUTION


def backward_probs(probs: Float[Tensor, "N V"], dlogprobs: Float[Tensor, "N V"]) -> Float[Tensor, "N V"]:
    """Return the gradient of `probs`, given the gradient of `logprobs`.

    Forward: `logprobs = probs.log()`. The function depends on its two arguments only, whatever made them:
    the rows need not sum to 1, and entries may be negative, where the logarithm itself has no value. Returns
    a fresh (N, V) tensor of the same dtype; the arguments stay as they are.

    >>> backward_probs(torch.tensor([[0.5, 0.25, 0.25]]), torch.tensor([[0.0, -1.0, 3.0]]))
    tensor([[ 0., -4., 12.]])
    """
    # BEGIN SOLUTION
    return dlogprobs / probs
    # END SOLUTION


def backward_counts_sum_inv(
    counts: Float[Tensor, "N V"], dprobs: Float[Tensor, "N V"]
) -> Float[Tensor, "N 1"]:
    """Return the gradient of `counts_sum_inv`, given the gradient of `probs`.

    Forward: `probs = counts * counts_sum_inv`, where `counts_sum_inv` is a column of shape (N, 1). Use
    only the arguments. Returns a fresh (N, 1) tensor of the same dtype; the arguments stay as they are.

    >>> counts, dprobs = torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[5.0, 6.0], [7.0, 8.0]])
    >>> backward_counts_sum_inv(counts, dprobs)
    tensor([[17.],
            [53.]])
    """
    # BEGIN SOLUTION
    return (counts * dprobs).sum(dim=1, keepdim=True)  # (N, 1)
    # END SOLUTION


def backward_counts_branch1(
    counts_sum_inv: Float[Tensor, "N 1"], dprobs: Float[Tensor, "N V"]
) -> Float[Tensor, "N V"]:
    """Return the part of the gradient of `counts` that comes straight from `probs`.

    Forward: `probs = counts * counts_sum_inv`. `counts` is used a second time elsewhere; that use is not
    asked for here. Use only the arguments. Returns a fresh (N, V) tensor of the same dtype; the arguments
    stay as they are.

    >>> backward_counts_branch1(torch.tensor([[0.5], [0.25]]), torch.tensor([[2.0, 4.0], [8.0, 4.0]]))
    tensor([[1., 2.],
            [2., 1.]])
    """
    # BEGIN SOLUTION
    return counts_sum_inv * dprobs  # (N, 1) meets (N, V)
    # END SOLUTION


def backward_counts_sum(
    counts_sum: Float[Tensor, "N 1"], dcounts_sum_inv: Float[Tensor, "N 1"]
) -> Float[Tensor, "N 1"]:
    """Return the gradient of `counts_sum`, given the gradient of `counts_sum_inv`.

    Forward: `counts_sum_inv = counts_sum**-1`. Returns a fresh (N, 1) tensor of the same dtype; the
    arguments stay as they are.

    >>> backward_counts_sum(torch.tensor([[2.0], [4.0]]), torch.tensor([[1.0], [-8.0]]))
    tensor([[-0.2500],
            [ 0.5000]])
    """
    # BEGIN SOLUTION
    return -dcounts_sum_inv / counts_sum**2
    # END SOLUTION


def backward_counts(
    dcounts_branch1: Float[Tensor, "N V"], dcounts_sum: Float[Tensor, "N 1"]
) -> Float[Tensor, "N V"]:
    """Return the whole gradient of `counts`, given what its two uses send back.

    Forward: `counts_sum = counts.sum(dim=1, keepdim=True)` and `probs = counts * counts_sum_inv`.
    `dcounts_branch1` is what came back through `probs` directly, `dcounts_sum` is the gradient of
    `counts_sum`. Returns a fresh (N, V) tensor of the same dtype; the arguments stay as they are.

    >>> backward_counts(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[10.0], [20.0]]))
    tensor([[11., 12.],
            [23., 24.]])
    """
    # BEGIN SOLUTION
    return dcounts_branch1 + dcounts_sum  # (N, V) meets (N, 1)
    # END SOLUTION


def backward_norm_logits(counts: Float[Tensor, "N V"], dcounts: Float[Tensor, "N V"]) -> Float[Tensor, "N V"]:
    """Return the gradient of `norm_logits`, given the gradient of `counts`.

    Forward: `counts = norm_logits.exp()`. Use only the arguments: `norm_logits` itself is not given.
    Returns a fresh (N, V) tensor of the same dtype; the arguments stay as they are.

    >>> backward_norm_logits(torch.tensor([[1.0, 0.5]]), torch.tensor([[3.0, -4.0]]))
    tensor([[ 3., -2.]])
    """
    # BEGIN SOLUTION
    return counts * dcounts
    # END SOLUTION


def backward_logit_maxes(dnorm_logits: Float[Tensor, "N V"]) -> Float[Tensor, "N 1"]:
    """Return the gradient of `logit_maxes`, given the gradient of `norm_logits`.

    Forward: `norm_logits = logits - logit_maxes`, where `logit_maxes` is a column of shape (N, 1).
    Returns a fresh (N, 1) tensor of the same dtype; the argument stays as it is.

    >>> backward_logit_maxes(torch.tensor([[1.0, 2.0, 4.0], [0.0, -3.0, 1.0]]))
    tensor([[-7.],
            [ 2.]])
    """
    # BEGIN SOLUTION
    return -dnorm_logits.sum(dim=1, keepdim=True)  # (N, 1)
    # END SOLUTION


def backward_logits(
    logits: Float[Tensor, "N V"], dnorm_logits: Float[Tensor, "N V"], dlogit_maxes: Float[Tensor, "N 1"]
) -> Float[Tensor, "N V"]:
    """Return the whole gradient of `logits`, given the gradients of `norm_logits` and of `logit_maxes`.

    Forward: `logit_maxes = logits.max(dim=1, keepdim=True).values` and `norm_logits = logits -
    logit_maxes`. No row has two equal maxima. Don't expect the two gradients to cancel: they may be any
    numbers. Returns a fresh (N, V) tensor of the same dtype that shares no memory with the arguments,
    which stay as they are.

    >>> logits = torch.tensor([[5.0, 1.0, 2.0], [0.0, 3.0, 9.0]])
    >>> dnorm_logits = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    >>> backward_logits(logits, dnorm_logits, torch.tensor([[10.0], [20.0]]))
    tensor([[11.,  2.,  3.],
            [ 4.,  5., 26.]])
    """
    # BEGIN SOLUTION
    dlogits = dnorm_logits.clone()  # (N, V)
    rows, columns = torch.arange(len(logits)), logits.argmax(dim=1)
    dlogits[rows, columns] += dlogit_maxes.squeeze(1)
    return dlogits
    # END SOLUTION


def softmax_shift_invariance(
    probs: Float[Tensor, "N V"], dprobs: Float[Tensor, "N V"]
) -> tuple[Float[Tensor, "N 1"], Float[Tensor, "N 1"]]:
    """Show in numbers that a constant subtracted from a row of logits has no effect on the softmax.

    Forward, for a column `c` of shape (N, 1): `counts = (logits - c).exp()`, `counts_sum =
    counts.sum(dim=1, keepdim=True)`, `probs = counts / counts_sum`. Return two gradients of `c`: the one
    that reaches it through the numerator of the fraction, and the one that reaches it through
    `counts_sum`, in this order. Together they are zero; each alone is not. Use only the arguments. Two
    fresh (N, 1) tensors of the same dtype; the arguments stay as they are.

    >>> softmax_shift_invariance(torch.tensor([[0.25, 0.75]]), torch.tensor([[4.0, 8.0]]))
    (tensor([[-7.]]), tensor([[7.]]))
    """
    # BEGIN SOLUTION
    weighted = (probs * dprobs).sum(dim=1, keepdim=True)  # (N, 1)
    return -weighted, weighted
    # END SOLUTION
