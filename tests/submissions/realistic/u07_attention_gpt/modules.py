from collections.abc import Callable
import torch
from jaxtyping import Float
from torch import Tensor, nn
import math
import torch
from torch import Tensor
from jaxtyping import Float, Int



class Head(nn.Module):

    def __init__(self, n_embd, head_size, block_size, dropout=0.0):
        super().__init__()
        self.query = nn.Linear(n_embd, head_size, bias=False)
        self.key = nn.Linear(n_embd, head_size, bias=False)
        self.value = nn.Linear(n_embd, head_size, bias=False)
        self.dropout = nn.Dropout(p=dropout)
        self.register_buffer('tril', torch.ones(block_size, block_size, dtype=torch.bool).tril())
        self.scale = head_size ** (-0.5)

    def forward(self, x):
        _B, T, _C = x.size()
        q, k = (self.query(x) * self.scale, self.key(x))
        wei = torch.where(self.tril[:T, :T], torch.einsum('bih,bjh->bij', q, k), -1000000000.0)
        wei = torch.exp(wei - wei.max(dim=2, keepdim=True).values)
        return torch.bmm(self.dropout(wei / wei.sum(2, keepdim=True)), self.value(x))


class MultiHeadAttention(nn.Module):

    def __init__(self, make_head: Callable[[int], nn.Module], n_head: int, n_embd: int, dropout: float=0.0) -> None:
        super().__init__()
        size = n_embd // n_head
        self.heads = [make_head(size) for _ in range(n_head)]
        self.proj = nn.Linear(n_embd, n_embd)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Float[Tensor, 'B T C']) -> Float[Tensor, 'B T C']:
        joined = torch.cat([head(x) for head in self.heads], dim=-1)
        return self.dropout(self.proj(joined))


class FeedForward(nn.Module):

    def __init__(self, n_embd, dropout=0.0):
        super().__init__()
        inner = 4 * n_embd
        layers = [nn.Linear(n_embd, inner), nn.ReLU(inplace=True), nn.Linear(inner, n_embd)]
        self.net = nn.Sequential(*layers, nn.Dropout(p=dropout))

    def forward(self, x):
        for layer in self.net:
            x = layer(x)
        return x


class Block(nn.Module):

    def __init__(self, n_embd, sa, ffwd):
        super().__init__()
        self.ln1 = nn.LayerNorm(n_embd)
        self.sa = sa
        self.ln2 = nn.LayerNorm(n_embd)
        self.ffwd = ffwd

    def forward(self, x):
        said = self.sa(self.ln1(x))
        r = said + x
        thought = self.ffwd(self.ln2(r))
        return thought.add(r)
