from collections.abc import Callable
import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn
import math
import torch
from torch import Tensor
from jaxtyping import Float, Int



class BigramLanguageModel(nn.Module):

    def __init__(self, vocab_size: int) -> None:
        super().__init__()
        self.token_embedding_table = nn.Embedding(vocab_size, vocab_size)

    def forward(self, idx: Int[Tensor, 'B T'], targets: Int[Tensor, 'B T'] | None=None) -> tuple[Float[Tensor, 'B T V'], Float[Tensor, ''] | None]:
        logits = self.token_embedding_table(idx)
        if targets is None:
            return (logits, None)
        return (logits, F.cross_entropy(logits.reshape(idx.shape[0], -1, idx.shape[1]), targets))


class GPT(nn.Module):

    def __init__(self, vocab_size, n_embd, block_size, n_layer, make_block):
        super().__init__()
        self.token_embedding_table = nn.Embedding(vocab_size, n_embd)
        self.position_embedding_table = nn.Embedding(block_size, n_embd)
        self.blocks = nn.Sequential(*[make_block() for _ in range(n_layer)])
        self.ln_f = nn.LayerNorm(n_embd)
        self.lm_head = nn.Linear(n_embd, vocab_size)

    def forward(self, idx, targets=None):
        B, T = idx.shape
        tok_emb = self.token_embedding_table(idx)
        pos_emb = self.position_embedding_table(torch.arange(T))
        x = tok_emb + pos_emb
        x = self.blocks(x)
        x = self.ln_f(x)
        logits = self.lm_head(x)
        if targets is None:
            loss = None
        else:
            B, T, C = logits.shape
            loss = F.cross_entropy(logits.view(B * T, C), targets.view(B * T))
        return (logits, loss)
