from collections.abc import Callable
import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

class BigramLanguageModel(nn.Module):

    def __init__(self, vocab_size: int) -> None:
        super().__init__()
        self.token_embedding_table = nn.Embedding(vocab_size, vocab_size)

    def forward(self, idx: Int[Tensor, 'B T'], targets: Int[Tensor, 'B T'] | None=None) -> tuple[Float[Tensor, 'B T V'], Float[Tensor, ''] | None]:
        logits = self.token_embedding_table(idx)
        if targets is None:
            return (logits, None)
        return (logits, F.cross_entropy(logits.flatten(0, 1), targets.flatten()))

class GPT(nn.Module):

    def __init__(self, vocab_size: int, n_embd: int, block_size: int, n_layer: int, make_block: Callable[[], nn.Module]) -> None:
        super().__init__()
        self.token_embedding_table = nn.Embedding(vocab_size, n_embd)
        self.position_embedding_table = nn.Embedding(block_size, n_embd)
        self.blocks = nn.Sequential(*[make_block() for _ in range(n_layer)])
        self.ln_f = nn.LayerNorm(n_embd)
        self.lm_head = nn.Linear(n_embd, vocab_size)

    def forward(self, idx: Int[Tensor, 'B T'], targets: Int[Tensor, 'B T'] | None=None) -> tuple[Float[Tensor, 'B T V'], Float[Tensor, ''] | None]:
        T = idx.shape[1]
        tokens = self.token_embedding_table(idx)
        positions = self.position_embedding_table(torch.arange(T, device=idx.device))
        x = self.blocks(tokens + positions)
        logits = self.lm_head(self.ln_f(x))
        if targets is None:
            return (logits, None)
        return (logits, F.cross_entropy(logits.flatten(0, 1), targets.flatten()))
