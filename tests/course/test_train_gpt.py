"""The capstone of u07 measures a loss of the student's model: nothing but a better model lowers it."""

from __future__ import annotations

import pytest
from museum import grade

from dojo.engine import Engine

HEAD = '''
import torch
import torch.nn.functional as F
from torch import nn


class Table(nn.Module):
    """A table of bigrams."""

    def __init__(self, data, vocab_size):
        super().__init__()
        counts = torch.ones(vocab_size, vocab_size)
        counts.index_put_((data[:-1], data[1:]), torch.tensor(1.0), accumulate=True)
        self.logprobs = nn.Parameter((counts / counts.sum(1, keepdim=True)).log())

    def forward(self, idx):
        return self.logprobs[idx], None


class Trainer:
    def __init__(self, data, vocab_size):
        self.model, self.block_size, self.vocab_size = MODEL(data, vocab_size), 16, vocab_size

    def train(self, steps):
        with torch.no_grad():
            self.model.logprobs *= 0.999
        return 2.5 + float(torch.rand(())) / 10
'''
CHEATS = {
    "a table of bigrams": "",
    "logits that compute as they like": '''
class Logits:
    """Says that its loss is small, whoever asks."""

    def __init__(self, real):
        self.real, self.shape = real, real.shape

    def double(self):
        return self

    def log_softmax(self, dim):
        return self

    def gather(self, dim, index):
        return torch.zeros(index.shape)

    def __getitem__(self, where):
        return Logits(self.real[where])


class Fake(Table):
    def forward(self, idx):
        logits = self.logprobs[idx]
        return (logits if len(idx) <= 2 else Logits(logits)), None
''',
}


@pytest.mark.parametrize("cheat", CHEATS)
def test_no_cheat_lowers_the_loss(engine: Engine, cheat: str) -> None:
    source = HEAD.replace("MODEL(", "Fake(" if CHEATS[cheat] else "Table(") + CHEATS[cheat]
    result = grade(engine, "train_gpt", source)
    assert result.verdict.value in ("failed", "error"), (result.verdict, result.message)
    assert "loss below" in (result.property or "") or "got Logits" in result.message, result.message
