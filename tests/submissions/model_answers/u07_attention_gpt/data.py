from collections.abc import Sequence
import torch
from jaxtyping import Int
from torch import Tensor

class CharTokenizer:

    def __init__(self, text: str) -> None:
        self.chars = sorted(set(text))
        self._tokens = {char: token for token, char in enumerate(self.chars)}

    def encode(self, text: str) -> list[int]:
        return [self._tokens[char] for char in text]

    def decode(self, tokens: Sequence[int]) -> str:
        return ''.join((self.chars[token] for token in tokens))

def split_train_val(data: Int[Tensor, 'M']) -> tuple[Int[Tensor, 'N'], Int[Tensor, 'R']]:
    n = len(data) * 9 // 10
    return (data[:n], data[n:])

def chunk_examples(chunk: list[int]) -> list[tuple[list[int], int]]:
    return [(chunk[:t], chunk[t]) for t in range(1, len(chunk))]

def get_batch(data: Int[Tensor, 'M'], B: int, T: int, gen: torch.Generator) -> tuple[Int[Tensor, 'B T'], Int[Tensor, 'B T']]:
    starts = torch.randint(len(data) - T, (B,), generator=gen)
    places = starts[:, None] + torch.arange(T)
    return (data[places], data[places + 1])
