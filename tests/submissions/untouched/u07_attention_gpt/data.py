"""From a text to batches of questions with known answers."""

from collections.abc import Sequence

import torch
from jaxtyping import Int
from torch import Tensor


class CharTokenizer:
    """Characters as whole numbers and back, for the vocabulary of one text.

    `chars` is the vocabulary: every character that occurs in `text`, once, in sorted order, as a string or
    a list. A character's token is its place in `chars`, counted from 0. `encode` and `decode` are given
    only what is in the vocabulary. Two tokenizers don't disturb each other.

    >>> tokenizer = CharTokenizer("hi there")
    >>> "".join(tokenizer.chars)
    ' ehirt'
    >>> tokenizer.encode("three")
    [5, 2, 4, 1, 1]
    >>> tokenizer.decode([2, 3, 5])
    'hit'
    """

    def __init__(self, text: str) -> None:
        raise NotImplementedError

    def encode(self, text: str) -> list[int]:
        """The token of each character, in order."""
        raise NotImplementedError

    def decode(self, tokens: Sequence[int]) -> str:
        """The text whose tokens these are."""
        raise NotImplementedError


def split_train_val(data: Int[Tensor, "M"]) -> tuple[Int[Tensor, "N"], Int[Tensor, "R"]]:
    """Return the part of a text to train on and the part to validate on: the first nine tenths, and the rest.

    `data` holds the M tokens of the text in their order. Where M is not a multiple of ten, the number of
    training tokens is rounded down. Returns two tensors, which may be views of `data`.

    >>> train, val = split_train_val(torch.arange(20))
    >>> len(train), val
    (18, tensor([18, 19]))
    """
    raise NotImplementedError


def chunk_examples(chunk: list[int]) -> list[tuple[list[int], int]]:
    """Return all examples in a chunk of tokens: each a context and the token that follows it.

    All contexts begin at the start of the chunk. The first holds one token, each of the others one more
    than the one before, and every token of the chunk but the first is the target of one. `chunk` has at
    least two tokens. Returns a list of pairs, the shortest context first.

    >>> chunk_examples([18, 47, 56, 57])
    [([18], 47), ([18, 47], 56), ([18, 47, 56], 57)]
    """
    raise NotImplementedError


def get_batch(
    data: Int[Tensor, "M"], B: int, T: int, gen: torch.Generator
) -> tuple[Int[Tensor, "B T"], Int[Tensor, "B T"]]:
    """Return a batch of contexts x and targets y, from random places of a text.

    Each row of x is a piece of T successive tokens of `data`. The row of y holds for each of these tokens
    the one that follows it in `data`. The rows start at places of their own, independent of each other; all
    places at which there is room for both x and y are equally likely, and a place may be drawn again. M is
    larger than T. All random numbers come from `gen` and from nowhere else. Returns two tensors of shape
    (B, T).

    >>> x, y = get_batch(torch.arange(100), 4, 8, torch.Generator().manual_seed(1))
    >>> x.shape, bool((y == x + 1).all())
    (torch.Size([4, 8]), True)
    """
    raise NotImplementedError
