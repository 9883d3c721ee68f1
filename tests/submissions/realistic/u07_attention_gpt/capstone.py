import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn
import math
import torch
from torch import Tensor
from jaxtyping import Float, Int



class TorchLayers(nn.Module):

    def __init__(self, vocab_size, width, longest):
        super().__init__()
        self.tokens, self.places = (nn.Embedding(vocab_size, width), nn.Embedding(longest, width))
        layers = [nn.TransformerEncoderLayer(width, 4, 4 * width, dropout=0.0, batch_first=True, norm_first=True) for _ in range(2)]
        self.layers, self.norm = (nn.ModuleList(layers), nn.LayerNorm(width))
        self.head = nn.Linear(width, vocab_size)

    def forward(self, idx):
        T = idx.shape[1]
        mask = torch.full((T, T), float('-inf')).triu(1)
        x = self.tokens(idx) + self.places.weight[:T]
        for layer in self.layers:
            x = layer(x, src_mask=mask)
        return (self.head(self.norm(x)), None)


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

    def __init__(self, data, vocab_size):
        self.text, self.block_size = (data, 16)
        self.model = TorchLayers(vocab_size, 32, 16)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=0.004)

    def train(self, steps):
        self.model.train()
        losses = []
        for _ in range(steps):
            at = torch.randint(0, len(self.text) - 16, (24,))
            x = torch.stack([self.text[i:i + 16] for i in at.tolist()])
            y = torch.stack([self.text[i + 1:i + 17] for i in at.tolist()])
            loss = F.cross_entropy(self.model(x)[0].transpose(1, 2), y)
            self.model.zero_grad()
            loss.backward()
            self.optimizer.step()
            losses.append(loss.item())
        return sum(losses) / len(losses)
