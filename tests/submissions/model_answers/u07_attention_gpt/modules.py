from collections.abc import Callable
import torch
from jaxtyping import Float
from torch import Tensor, nn

class Head(nn.Module):

    def __init__(self, n_embd: int, head_size: int, block_size: int, dropout: float=0.0) -> None:
        super().__init__()
        self.key = nn.Linear(n_embd, head_size, bias=False)
        self.query = nn.Linear(n_embd, head_size, bias=False)
        self.value = nn.Linear(n_embd, head_size, bias=False)
        self.register_buffer('tril', torch.tril(torch.ones(block_size, block_size)))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Float[Tensor, 'B T C']) -> Float[Tensor, 'B T H']:
        T = x.shape[1]
        k, q, v = (self.key(x), self.query(x), self.value(x))
        scores = q @ k.transpose(-2, -1) * k.shape[-1] ** (-0.5)
        scores = scores.masked_fill(self.tril[:T, :T] == 0, float('-inf'))
        weights = self.dropout(scores.softmax(dim=-1))
        return weights @ v

class MultiHeadAttention(nn.Module):

    def __init__(self, make_head: Callable[[int], nn.Module], n_head: int, n_embd: int, dropout: float=0.0) -> None:
        super().__init__()
        size = n_embd // n_head
        self.heads = nn.ModuleList([make_head(size) for _ in range(n_head)])
        self.proj = nn.Linear(n_embd, n_embd)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Float[Tensor, 'B T C']) -> Float[Tensor, 'B T C']:
        joined = torch.cat([head(x) for head in self.heads], dim=-1)
        return self.dropout(self.proj(joined))

class FeedForward(nn.Module):

    def __init__(self, n_embd: int, dropout: float=0.0) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(n_embd, 4 * n_embd), nn.ReLU(), nn.Linear(4 * n_embd, n_embd), nn.Dropout(dropout))

    def forward(self, x: Float[Tensor, 'B T C']) -> Float[Tensor, 'B T C']:
        return self.net(x)

class Block(nn.Module):

    def __init__(self, n_embd: int, sa: Callable[[Tensor], Tensor], ffwd: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.sa, self.ffwd = (sa, ffwd)
        self.ln1, self.ln2 = (nn.LayerNorm(n_embd), nn.LayerNorm(n_embd))

    def forward(self, x: Float[Tensor, 'B T C']) -> Float[Tensor, 'B T C']:
        x = x + self.sa(self.ln1(x))
        return x + self.ffwd(self.ln2(x))
