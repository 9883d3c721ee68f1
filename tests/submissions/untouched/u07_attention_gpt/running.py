"""Use a language model: crop, generate, measure its loss, train it."""

from collections.abc import Callable

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn


def crop_context(idx: Int[Tensor, "B L"], block_size: int) -> Int[Tensor, "B T"]:
    """Return what a model that reads at most `block_size` tokens is shown of a longer text.

    `idx` holds B texts of L tokens each, and each is cropped to the same T tokens: those that matter most
    for the token that comes next. A text that is short enough stays whole. `idx` stays as it is, and the
    result may be a view of it.

    >>> crop_context(torch.tensor([[7, 8, 9]]), block_size=2).shape
    torch.Size([1, 2])
    """
    raise NotImplementedError


def generate(
    model: Callable[[Tensor], tuple[Tensor, Tensor | None]], idx: Int[Tensor, "B L"], n: int, block_size: int
) -> Int[Tensor, "B M"]:
    """Continue B texts by n sampled tokens each, and return the texts with their continuations.

    `model(idx)` takes ids (B, T) with T at most `block_size` and returns a pair: the logits (B, T, V) of
    the token after each position, and a loss or None. Every step shows the model as much of the end of the
    texts as it can read and draws one token for each text from the probabilities of the next one, with
    torch's global random numbers. The result has M = L + n columns and begins with all of `idx`, which
    itself stays as it is. No graph is recorded: the model is called under `torch.no_grad()`.

    >>> def count(idx):  # after 0 comes 1, after 1 comes 2, ...
    ...     return 100.0 * torch.nn.functional.one_hot(idx + 1, 10), None
    >>> generate(count, torch.tensor([[0], [5]]), n=3, block_size=2)
    tensor([[0, 1, 2, 3],
            [5, 6, 7, 8]])
    """
    raise NotImplementedError


def estimate_loss(
    model: nn.Module, get_batch: Callable[[str], tuple[Tensor, Tensor]], k: int
) -> dict[str, float]:
    """Return the mean loss of a model over k batches of each split, as {"train": ..., "val": ...}.

    `get_batch(split)` draws another pair of inputs and targets each time it is called, with `split` either
    "train" or "val". `model(x, y)` returns a pair: logits, and the loss of this batch as a 0-d tensor.
    The losses are those of a model that is used and not trained: in eval mode, and without recording a
    graph. Afterwards the model is in the mode in which it was before, training or not. The results are
    Python floats.

    >>> class Constant(nn.Module):
    ...     def forward(self, x, y):
    ...         return x, y.mean() + (100.0 if self.training else 0.0)
    >>> model = Constant()
    >>> def get_batch(split):
    ...     return torch.zeros(2), torch.tensor([1.0, 2.0]) if split == "train" else torch.tensor([3.0, 4.0])
    >>> estimate_loss(model, get_batch, k=5), model.training
    ({'train': 1.5, 'val': 3.5}, True)
    """
    raise NotImplementedError


def adamw_loop(
    model: nn.Module, batches_x: Int[Tensor, "S B T"], batches_y: Int[Tensor, "S B T"], lr: float
) -> Float[Tensor, "S"]:
    """Train a model with AdamW for S steps, one batch a step, and return the S losses.

    `model(x, y)` returns a pair: logits, and the loss of this batch as a 0-d tensor. The optimizer is
    `torch.optim.AdamW` with the learning rate `lr` and everything else as it comes, made once. The loss of
    a step is that before its update, and the gradient of a step is that of its own loss alone: the model may
    come with gradients from elsewhere. The model keeps what it has learned: its parameters are changed in
    place. The losses are a tensor that has no graph behind it.

    >>> class Slope(nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.w = nn.Parameter(torch.tensor(1.0))
    ...     def forward(self, x, y):
    ...         return x, self.w * y.sum()
    >>> model, ones = Slope(), torch.ones(3, 1, 1)
    >>> adamw_loop(model, ones, ones, lr=0.5)
    tensor([ 1.0000,  0.4950, -0.0075])

    Source: Loshchilov & Hutter 2019, "Decoupled Weight Decay Regularization".
    """
    raise NotImplementedError
