import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

class _Attention(nn.Module):

    def __init__(self, n_embd: int, n_head: int, block_size: int) -> None:
        super().__init__()
        self.n_head = n_head
        self.qkv = nn.Linear(n_embd, 3 * n_embd, bias=False)
        self.proj = nn.Linear(n_embd, n_embd)
        self.register_buffer('tril', torch.tril(torch.ones(block_size, block_size)))

    def forward(self, x: Float[Tensor, 'B T C']) -> Float[Tensor, 'B T C']:
        B, T, C = x.shape
        heads = [part.view(B, T, self.n_head, -1).transpose(1, 2) for part in self.qkv(x).split(C, dim=2)]
        q, k, v = heads
        scores = q @ k.transpose(-2, -1) * k.shape[-1] ** (-0.5)
        weights = scores.masked_fill(self.tril[:T, :T] == 0, float('-inf')).softmax(dim=-1)
        return self.proj((weights @ v).transpose(1, 2).reshape(B, T, C))

class _Block(nn.Module):

    def __init__(self, n_embd: int, n_head: int, block_size: int) -> None:
        super().__init__()
        self.sa = _Attention(n_embd, n_head, block_size)
        self.ffwd = nn.Sequential(nn.Linear(n_embd, 4 * n_embd), nn.ReLU(), nn.Linear(4 * n_embd, n_embd))
        self.ln1, self.ln2 = (nn.LayerNorm(n_embd), nn.LayerNorm(n_embd))

    def forward(self, x: Float[Tensor, 'B T C']) -> Float[Tensor, 'B T C']:
        x = x + self.sa(self.ln1(x))
        return x + self.ffwd(self.ln2(x))

class _GPT(nn.Module):

    def __init__(self, vocab_size: int, n_embd: int=32, n_head: int=4, n_layer: int=2, block_size: int=16) -> None:
        super().__init__()
        self.block_size = block_size
        self.tokens = nn.Embedding(vocab_size, n_embd)
        self.places = nn.Embedding(block_size, n_embd)
        self.blocks = nn.Sequential(*[_Block(n_embd, n_head, block_size) for _ in range(n_layer)])
        self.ln_f = nn.LayerNorm(n_embd)
        self.lm_head = nn.Linear(n_embd, vocab_size)

    def forward(self, idx: Int[Tensor, 'B T'], targets: Int[Tensor, 'B T'] | None=None) -> tuple[Float[Tensor, 'B T V'], Float[Tensor, ''] | None]:
        x = self.tokens(idx) + self.places(torch.arange(idx.shape[1]))
        logits = self.lm_head(self.ln_f(self.blocks(x)))
        if targets is None:
            return (logits, None)
        return (logits, F.cross_entropy(logits.flatten(0, 1), targets.flatten()))

def _places(data: Int[Tensor, 'M'], block_size: int) -> Int[Tensor, 'B T']:
    starts = torch.randint(len(data) - block_size, (24, 1))
    return starts + torch.arange(block_size)

class Trainer:
    model: nn.Module
    block_size: int

    def __init__(self, data: Int[Tensor, 'M'], vocab_size: int) -> None:
        self.data = data
        model = _GPT(vocab_size)
        self.model, self.block_size = (model, model.block_size)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=0.008)

    def train(self, steps: int) -> float:
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
