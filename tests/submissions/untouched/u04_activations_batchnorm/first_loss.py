"""The first loss of a network, and the output layer that gives it."""

import math
from collections.abc import Callable

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor


def expected_initial_loss(K: int) -> float:
    """Return the loss of a network that finds K classes equally likely, whatever it reads.

    The loss is the negative log-likelihood of the true class, with the natural logarithm. K is at least 1.
    Returns a float.

    >>> round(expected_initial_loss(4), 4)
    1.3863
    """
    raise NotImplementedError


def confidently_wrong_demo(
    logits: Float[Tensor, "N V"], y: Int[Tensor, "N"], scales: Float[Tensor, "S"]
) -> Float[Tensor, "S"]:
    """Show what it costs to be sure of things that one doesn't know.

    All logits are multiplied by one number, once for each number in `scales`. For each of them, return how
    much the mean cross-entropy loss of the N examples lies above that of a network that finds all V
    classes equally likely; below it, the number is negative. `y` holds the true classes, from 0 to V - 1.
    Scales and logits have any signs and may be large: their products go up to a few thousand in size, and
    every result is finite.
    Returns a fresh (S,) tensor of the dtype of `logits`; the arguments stay as they are.

    >>> logits, y = torch.tensor([[0.0, 5.0], [5.0, 0.0]]), torch.tensor([0, 0])
    >>> confidently_wrong_demo(logits, y, torch.tensor([0.0, 1.0, 100.0]))
    tensor([  0.0000,   1.8136, 249.3069])
    """
    raise NotImplementedError


def init_output_layer(H: int, V: int, seed: int) -> tuple[Float[Tensor, "H V"], Float[Tensor, "V"]]:
    """Choose the output layer `logits = h @ W2 + b2` of a network that starts out modest.

    The hidden activations `h` are outputs of tanh, and H is at most 400. At the start, the loss averaged
    over all labels must be at most 0.05 above `expected_initial_loss(V)`. `W2` is drawn at random from a
    generator of your own that is seeded with `seed`: another seed gives other numbers, and PyTorch's
    global generator is left alone. `W2` is small, but not zero: its standard deviation is at least 1e-4,
    and no two of its rows are the same. `b2` is zero. Returns the pair `W2` (H, V) and `b2` (V,), float64.

    Example: `init_output_layer(200, 27, seed=1)[0].shape` is (200, 27).
    """
    raise NotImplementedError


def symmetric_units(
    W1: Float[Tensor, "K H"], b1: Float[Tensor, "H"], W2: Float[Tensor, "H V"]
) -> Bool[Tensor, "H"]:
    """Find the hidden units that have a twin, and will have it for ever.

    The network is `logits = torch.tanh(x @ W1 + b1) @ W2 + b2`. Two hidden units are twins if they compute
    the same for every input and also get the same gradients, so that no number of training steps ever
    tells them apart. Returns a bool for each hidden unit: whether at least one other unit is its twin. Find
    out what must be equal, bit for bit, and look for that.

    >>> W1, b1 = torch.tensor([[1.0, 1.0, 2.0], [3.0, 3.0, 4.0]]), torch.tensor([0.5, 0.5, 0.5])
    >>> symmetric_units(W1, b1, torch.tensor([[7.0], [7.0], [7.0]]))
    tensor([ True,  True, False])
    >>> symmetric_units(W1, b1, torch.tensor([[7.0], [8.0], [7.0]]))
    tensor([False, False, False])
    """
    raise NotImplementedError


def no_grad_eval(
    loss_of: Callable[[Tensor, Tensor], Tensor],
    X: Float[Tensor, "M K"],
    Y: Float[Tensor, "M"],
    size: int,
) -> float:
    """Return the mean loss over a whole data set, without recording anything for autograd.

    `loss_of(x, y)` returns the mean loss of some rows of the data set as a 0-d tensor. No more than `size`
    rows fit into memory at once, so go through the M rows in pieces of `size`; the last piece may be
    smaller. Every row counts as much as every other. Nor does a graph fit into memory: the calls must not
    be recorded, although the parameters that `loss_of` uses require gradients. Returns a plain float; the
    arguments stay as they are.

    Example: five rows with the losses 1, 2, 3, 4 and 10 have the mean loss 4, whatever `size` is.

    >>> X = torch.tensor([[1.0], [2.0], [3.0], [4.0], [10.0]])
    >>> no_grad_eval(lambda x, y: x.mean(), X, torch.zeros(5), size=2)
    4.0
    """
    raise NotImplementedError
