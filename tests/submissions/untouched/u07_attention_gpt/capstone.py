"""The capstone: a GPT that you have made is trained on text, and writes."""

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn


class Trainer:
    """A small GPT and its training.

    `Trainer(data, vocab_size)` makes the model. `data` holds the token ids of the training text, a few
    hundred or more, each below `vocab_size`. The size of the model, the batches and the optimizer are your
    choice.

    Attributes, by these names: `model`, an `nn.Module`, and `block_size`, an int of at least 8.
    `model(idx)` takes ids (B, T) for any T from 1 to `block_size` and returns a pair: the logits
    (B, T, vocab_size) of the token after each position, and anything else, such as None. Each position sees
    itself and what stands before it, and nothing after it.

    >>> trainer = Trainer(torch.arange(500) % 7, vocab_size=7)
    >>> logits, _ = trainer.model(torch.tensor([[1, 2, 3], [4, 5, 6]]))
    >>> logits.shape
    torch.Size([2, 3, 7])
    >>> trainer.train(steps=2) > trainer.train(steps=20)
    True
    """

    model: nn.Module
    block_size: int

    def __init__(self, data: Int[Tensor, "M"], vocab_size: int) -> None:
        raise NotImplementedError

    def train(self, steps: int) -> float:
        """Train the model on for so many steps and return the mean loss of these steps."""
        raise NotImplementedError
