"""The capstone: a GPT that you have made is trained on text, and writes."""

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn


# BEGIN SOLUTION
class _Attention(nn.Module):
    """Causal self-attention, all heads at once."""

    def __init__(self, n_embd: int, n_head: int, block_size: int) -> None:
        super().__init__()
        self.n_head = n_head
        self.qkv = nn.Linear(n_embd, 3 * n_embd, bias=False)
        self.proj = nn.Linear(n_embd, n_embd)
        self.register_buffer("tril", torch.tril(torch.ones(block_size, block_size)))

    def forward(self, x: Float[Tensor, "B T C"]) -> Float[Tensor, "B T C"]:
        """Let the tokens talk."""
        B, T, C = x.shape
        heads = [part.view(B, T, self.n_head, -1).transpose(1, 2) for part in self.qkv(x).split(C, dim=2)]
        q, k, v = heads  # (B, n_head, T, H)
        scores = q @ k.transpose(-2, -1) * k.shape[-1] ** -0.5
        weights = scores.masked_fill(self.tril[:T, :T] == 0, float("-inf")).softmax(dim=-1)
        return self.proj((weights @ v).transpose(1, 2).reshape(B, T, C))


class _Block(nn.Module):
    """Communication, then computation."""

    def __init__(self, n_embd: int, n_head: int, block_size: int) -> None:
        super().__init__()
        self.sa = _Attention(n_embd, n_head, block_size)
        self.ffwd = nn.Sequential(nn.Linear(n_embd, 4 * n_embd), nn.ReLU(), nn.Linear(4 * n_embd, n_embd))
        self.ln1, self.ln2 = nn.LayerNorm(n_embd), nn.LayerNorm(n_embd)

    def forward(self, x: Float[Tensor, "B T C"]) -> Float[Tensor, "B T C"]:
        """Add both to the path."""
        x = x + self.sa(self.ln1(x))
        return x + self.ffwd(self.ln2(x))


class _GPT(nn.Module):
    """The whole model, in a size that trains in seconds."""

    def __init__(
        self, vocab_size: int, n_embd: int = 32, n_head: int = 4, n_layer: int = 2, block_size: int = 16
    ) -> None:
        super().__init__()
        self.block_size = block_size
        self.tokens = nn.Embedding(vocab_size, n_embd)
        self.places = nn.Embedding(block_size, n_embd)
        self.blocks = nn.Sequential(*[_Block(n_embd, n_head, block_size) for _ in range(n_layer)])
        self.ln_f = nn.LayerNorm(n_embd)
        self.lm_head = nn.Linear(n_embd, vocab_size)

    def forward(
        self, idx: Int[Tensor, "B T"], targets: Int[Tensor, "B T"] | None = None
    ) -> tuple[Float[Tensor, "B T V"], Float[Tensor, ""] | None]:
        """Logits, and the loss where there are targets."""
        x = self.tokens(idx) + self.places(torch.arange(idx.shape[1]))
        logits = self.lm_head(self.ln_f(self.blocks(x)))
        if targets is None:
            return logits, None
        return logits, F.cross_entropy(logits.flatten(0, 1), targets.flatten())


def _places(data: Int[Tensor, "M"], block_size: int) -> Int[Tensor, "B T"]:
    """Where the tokens of a batch of contexts stand in the text."""
    starts = torch.randint(len(data) - block_size, (24, 1))
    return starts + torch.arange(block_size)


# END SOLUTION


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
        # BEGIN SOLUTION
        self.data = data
        model = _GPT(vocab_size)
        self.model, self.block_size = model, model.block_size
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=8e-3)
        # END SOLUTION

    def train(self, steps: int) -> float:
        """Train the model on for so many steps and return the mean loss of these steps."""
        # BEGIN SOLUTION
        total = 0.0
        self.model.train()
        for _ in range(steps):
            x = _places(self.data, self.block_size)
            _, loss = self.model(self.data[x], self.data[x + 1])
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            total += loss.item()
        return total / steps
        # END SOLUTION
