from collections.abc import Sequence
import torch
from jaxtyping import Int
from torch import Tensor
import math
import torch
from torch import Tensor
from jaxtyping import Float, Int



class CharTokenizer:

    def __init__(self, text):
        self.chars = ''.join(sorted(list(set(text))))
        self.stoi = {ch: i for i, ch in enumerate(self.chars)}
        self.itos = {i: ch for i, ch in enumerate(self.chars)}

    def encode(self, s):
        return [self.stoi[c] for c in s]

    def decode(self, ids):
        return ''.join([self.itos[i] for i in ids])


def split_train_val(data):
    n = int(0.9 * len(data))
    train_data = data[:n]
    val_data = data[n:]
    return (train_data, val_data)


def chunk_examples(chunk):
    return [(chunk[:t + 1], chunk[t]) for t in range(len(chunk) - 1)]


def get_batch(data, B, T, gen):
    ix = torch.randint(len(data) - T, (B,), generator=gen)
    x = torch.stack([data[i:i + T] for i in ix])
    y = torch.stack([data[i + 1:i + T + 1] for i in ix])
    return (x, y)
