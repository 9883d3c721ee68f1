"""Softmax and cross-entropy in one step, forward and backward."""

import torch
from jaxtyping import Float, Int
from torch import Tensor


def cross_entropy_forward(logits: Float[Tensor, "N V"], y: Int[Tensor, "N"]) -> Float[Tensor, ""]:
    """Return the mean over the N examples of minus the log-probability of the right character.

    The probabilities of an example are the softmax of its row of `logits`; `y` holds the right
    characters. Large logits (1000 and more) must give finite, exact results. Returns a 0-d tensor of the
    dtype of `logits`; the arguments stay as they are.

    >>> cross_entropy_forward(torch.tensor([[0.0, 0.0], [1000.0, 990.0]]), torch.tensor([0, 1]))
    tensor(5.3466)
    """
    raise NotImplementedError


def cross_entropy_dlogits_cases(p: float, i: int, y: int) -> float:
    """Return the derivative of the loss of one example with respect to its logit number `i`.

    `p` is the probability that the softmax gives to character `i`, `y` is the right character. One
    example alone: there is no batch and no mean. Derive the case i = y and the case of another i apart,
    on paper. Returns a float.

    >>> cross_entropy_dlogits_cases(0.25, i=3, y=3)
    -0.75
    >>> cross_entropy_dlogits_cases(0.25, i=3, y=5)
    0.25
    """
    raise NotImplementedError


def cross_entropy_dlogits(logits: Float[Tensor, "N V"], y: Int[Tensor, "N"]) -> Float[Tensor, "N V"]:
    """Return the gradient of the mean cross-entropy loss with respect to `logits`, without the small steps.

    The loss is that of `cross_entropy_forward`: a mean over the N rows. Large logits must give finite
    results. Returns a fresh (N, V) tensor of the dtype of `logits`; the arguments stay as they are.

    >>> cross_entropy_dlogits(torch.tensor([[0.0, 0.0], [7.0, 7.0]]), torch.tensor([0, 1]))
    tensor([[-0.2500,  0.2500],
            [ 0.2500, -0.2500]])
    """
    raise NotImplementedError


def explain_push_pull(dlogits: Float[Tensor, "N V"]) -> dict[str, Tensor]:
    """Read a gradient of the logits as forces: one entry of a row is pulled up, the others are pushed down.

    `dlogits` is a result of `cross_entropy_dlogits` for a batch of N; the labels are not given. Returns a
    dict of five tensors of shape (N,), with fresh memory; `dlogits` stays as it is: "row_sums": the sum
    of each row; "label": the entry that is pulled up (int64); "pull_up": N times the size of that pull,
    positive; "push_down": N times the sum of all pushes in the row, positive; "hardest": the entry that
    is pushed down hardest, the first one if several are equal (int64).

    >>> forces = explain_push_pull(torch.tensor([[0.125, -0.375, 0.25], [-0.25, 0.125, 0.125]]))
    >>> forces["label"], forces["pull_up"], forces["hardest"]
    (tensor([1, 0]), tensor([0.7500, 0.5000]), tensor([2, 1]))
    """
    raise NotImplementedError
