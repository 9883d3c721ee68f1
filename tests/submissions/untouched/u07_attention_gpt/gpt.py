"""Language models: the bigram table, and the GPT around a stack of blocks."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn


class BigramLanguageModel(nn.Module):
    """The smallest language model: each token looks up the logits of the next one in a table.

    Attribute, by this name: `token_embedding_table`, an `nn.Embedding` of shape (vocab_size, vocab_size).
    `model(idx)` takes token ids (B, T) and returns a pair: logits of shape (B, T, vocab_size), and None.
    `model(idx, targets)` with the right next tokens (B, T) returns the same logits, in the same shape, and
    the mean cross-entropy over all B * T predictions, a 0-d tensor.

    >>> model = BigramLanguageModel(3)
    >>> _ = nn.init.zeros_(model.token_embedding_table.weight)
    >>> logits, loss = model(torch.tensor([[0, 1]]), torch.tensor([[1, 2]]))
    >>> logits.shape, loss.detach()
    (torch.Size([1, 2, 3]), tensor(1.0986))
    """

    def __init__(self, vocab_size: int) -> None:
        super().__init__()
        raise NotImplementedError

    def forward(
        self, idx: Int[Tensor, "B T"], targets: Int[Tensor, "B T"] | None = None
    ) -> tuple[Float[Tensor, "B T V"], Float[Tensor, ""] | None]:
        raise NotImplementedError


class GPT(nn.Module):
    """A decoder-only transformer: embeddings, a stack of blocks, a last layer norm, the vocabulary head.

    `make_block()` returns a new block, a module that takes and returns (B, T, n_embd); `n_layer` of them
    stand one behind the other.

    Attributes, by these names: `token_embedding_table`, an `nn.Embedding` (vocab_size, n_embd);
    `position_embedding_table`, an `nn.Embedding` (block_size, n_embd); `blocks`, an `nn.Sequential`;
    `ln_f`, an `nn.LayerNorm` over `n_embd`; `lm_head`, a linear layer with bias to `vocab_size`.
    `model(idx)` takes token ids (B, T), T up to `block_size`, and returns a pair: logits of shape
    (B, T, vocab_size), and None. `model(idx, targets)` returns the same logits, in the same shape, and the
    mean cross-entropy over all B * T predictions, a 0-d tensor.

    >>> model = GPT(vocab_size=5, n_embd=4, block_size=8, n_layer=2, make_block=lambda: nn.Linear(4, 4))
    >>> logits, loss = model(torch.tensor([[3, 0, 1]]))
    >>> logits.shape, loss, len(model.blocks)
    (torch.Size([1, 3, 5]), None, 2)

    Source: Radford et al. 2019, "Language Models are Unsupervised Multitask Learners", section 2.3.
    """

    def __init__(
        self, vocab_size: int, n_embd: int, block_size: int, n_layer: int, make_block: Callable[[], nn.Module]
    ) -> None:
        super().__init__()
        raise NotImplementedError

    def forward(
        self, idx: Int[Tensor, "B T"], targets: Int[Tensor, "B T"] | None = None
    ) -> tuple[Float[Tensor, "B T V"], Float[Tensor, ""] | None]:
        raise NotImplementedError
