"""What is true of a GPT that has been trained: it looks at the past only, and it has learned something."""

import math
from functools import cache
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dojo.grading import Draw, grades, remote_function, report_progress

TALES = Path(__file__).resolve().parents[2] / "data" / "tales.txt"
STEPS, ROUNDS, HOPELESS, LONGEST = 400, 10, 2, 32
# Cross-entropy in nats of a character of the last tenth of the tales, given those before it. A table of
# bigrams, counted on the rest, ends at 2.38. The model answer (32 channels, 2 blocks, 16 tokens, batches of
# 24; 3 to 5 s on one core) was trained with seeds 0 to 11: it reached 2.071 to 2.142 after 400 steps, and was
# at 2.198 to 2.274 after 240. Other right answers, less lucky in their choices, ended at 2.20 to 2.34. So the
# bound lies far above what is usual, and below what can be had from the last letter alone.
BOUND = 2.35

_LOGITS = remote_function("""
def logits(trainer, texts):
    trainer.model.eval()
    with torch.no_grad():
        return [trainer.model(text)[0] for text in texts]
""")
_WEIGHTS = remote_function("""
def weights(trainer):
    return id(trainer.model), float(sum(p.double().abs().sum() for p in trainer.model.parameters()))
""")
_SEED = remote_function("""
def seed(number):
    torch.manual_seed(number)
""")
_NEXT = remote_function("""
def next_logits(trainer, contexts):
    modes = [(part, part.training) for part in trainer.model.modules()]
    trainer.model.eval()
    with torch.no_grad():
        found = torch.cat([trainer.model(some)[0][:, -1] for some in contexts.split(256)])
    for part, training in modes:  # the training may go on, as if nobody had looked
        part.training = training
    return found
""")
_WRITE = remote_function("""
def write(trainer, start, count, letters, loss):
    model, T, idx = trainer.model, trainer.block_size, start[None]
    model.eval()
    with torch.no_grad():
        for _ in range(count):
            probs = model(idx[:, -T:])[0][:, -1].softmax(-1)
            idx = torch.cat([idx, torch.multinomial(probs, 1)], dim=1)
    print(f"Loss on held-out tales: {loss:.2f}. What the model writes:\\n")
    print("".join(letters[i] for i in idx[0, 1:].tolist()))
""")


@cache
def tales() -> tuple[Tensor, Tensor, list[str]]:
    """The ids of the text to learn from, those of the text held out, and the letters."""
    text = TALES.read_text(encoding="utf-8")
    letters = sorted(set(text))
    ids = torch.tensor([letters.index(letter) for letter in text])
    return ids[: len(ids) * 9 // 10], ids[len(ids) * 9 // 10 :], letters


def a_short_text(draw: Draw) -> dict[str, object]:
    """A few hundred tokens of a small vocabulary."""
    vocab_size = draw.integer(5, 12)
    return {"data": (draw.uniform(draw.integer(300, 400)) * vocab_size).long(), "vocab_size": vocab_size}


@grades("train_gpt", case_of=a_short_text, examples=1, pure=False)
def trainer(data, vocab_size):
    return {
        "the model": "stays the same object",
        "its weights": "change",
        "its loss": "is a positive float",
        "the loss of several steps": "is a mean of theirs",
        "block_size": "an int of at least 8",
        "logits": "of the right shape",
        "what comes later": "is not seen",
    }


@trainer.play
def play_trainer(student, data: Tensor, vocab_size: int):
    """Look at the model before and after a step: this takes no time."""
    student.run(_SEED, 1)
    made = student(data, vocab_size)
    before, size = student.run(_WEIGHTS, made)
    loss = made.train(1)
    between, _ = student.run(_WEIGHTS, made)  # a third model may lie where the first one lay
    later = made.train(6)
    after, sum_after = student.run(_WEIGHTS, made)
    several = kind_of_mean(loss, later, vocab_size)
    loss = "a positive float" if type(loss) is float and 0 < loss < 1e6 else type(loss).__name__
    return {
        "the model": "stays the same object"
        if before == between == after
        else "is another one after training",
        "its weights": "change" if size != sum_after else "do not change",
        "its loss": f"is {loss}",
        "the loss of several steps": several,
        **seen(student, made, vocab_size),
    }


def kind_of_mean(one: object, several: object, vocab_size: int) -> str:
    """In words, whether the loss of several steps is a mean, given that of the step before.

    The tokens are random, so that none of these losses is far from the first, nor far below that of guessing;
    and as the batches are random, too, no two losses are the same.
    """
    if not type(one) is type(several) is float:
        return "is no float"
    if one == several:
        return "is that of one step"
    if several <= math.log(vocab_size) / 2:
        return "is too small for a mean"
    return "is a mean of theirs" if several < 2 * one + 1 else "is too large for a mean"


def seen(student, made, vocab_size: int) -> dict[str, str]:
    """What the model's logits show of it."""
    T = made.block_size
    if type(T) is not int or T < 8:
        return {"block_size": "something else", "logits": "unknown", "what comes later": "unknown"}
    text = torch.arange(2 * T).view(2, T) % vocab_size
    other = text.clone()
    other[:, -1] = (other[:, -1] + 1) % vocab_size
    whole, changed, short = student.run(_LOGITS, made, [text, other, text[:, :1]])
    right = whole.shape == changed.shape == (2, T, vocab_size) and short.shape == (2, 1, vocab_size)
    near = right and torch.allclose(whole[:, :-1], changed[:, :-1], rtol=1e-4, atol=1e-4)
    near = near and torch.allclose(whole[:, :1], short, rtol=1e-4, atol=1e-4)
    return {
        "block_size": "an int of at least 8",
        "logits": "of the right shape" if right else "of another shape",
        "what comes later": "is not seen" if near else "is seen" if right else "unknown",
    }


# How far the loss of a single step, a mean of eight, may be from that of the last 40. With batches of no more
# than 8 characters it has a standard deviation of about 0.25, and 0.03 with those of the model answer. And as
# nobody learns a text of this length by heart so soon, half the loss on held-out tales is no mean loss.
NEAR = 0.75
LEARNT = (
    f"predicts held-out tales with a loss below {BOUND} after {STEPS} steps, and says the loss of its steps"
)


@trainer.property(LEARNT, examples=1)
def learns(student):
    """The training itself, in ten rounds, and what the model writes afterwards."""
    known, held_out, letters = tales()
    student.run(_SEED, 1)
    made = student(known, len(letters))
    for done in range(ROUNDS):
        mean = made.train(STEPS // ROUNDS)
        report_progress((done + 1) / (ROUNDS + 1), f"loss {mean:.2f}")
        # Who knows less than nothing by then will not get there: the rest of the training is spared.
        if done == HOPELESS and not held_out_loss(student, made, held_out) < math.log(len(letters)):
            return False
    loss = held_out_loss(student, made, held_out)
    student.run(_WRITE, made, torch.tensor([letters.index("\n")]), 300, letters, loss)
    single = sum(made.train(1) for _ in range(8)) / 8
    return loss < BOUND and abs(single - mean) < NEAR and single > loss / 2


def held_out_loss(student, made, held_out: Tensor) -> float:
    """The mean loss of what follows a text.

    What follows is never shown, not even as part of another text, and the loss is computed here.
    """
    T = min(made.block_size, LONGEST)
    rows = held_out[: len(held_out) // (T + 1) * (T + 1)].view(-1, T + 1)
    logits = student.run(_NEXT, made, rows[:, :T].contiguous())
    return float(F.cross_entropy(logits.double(), rows[:, T]))


# -- other models ---------------------------------------------------------------------------------------


class TorchLayers(nn.Module):
    """Torch's own transformer layers, made causal by a mask."""

    def __init__(self, vocab_size, width, longest):
        super().__init__()
        self.tokens, self.places = nn.Embedding(vocab_size, width), nn.Embedding(longest, width)
        layers = [
            nn.TransformerEncoderLayer(width, 4, 4 * width, dropout=0.0, batch_first=True, norm_first=True)
            for _ in range(2)
        ]
        self.layers, self.norm = nn.ModuleList(layers), nn.LayerNorm(width)
        self.head = nn.Linear(width, vocab_size)

    def forward(self, idx):
        T = idx.shape[1]
        mask = torch.full((T, T), float("-inf")).triu(1)
        x = self.tokens(idx) + self.places.weight[:T]
        for layer in self.layers:
            x = layer(x, src_mask=mask)
        return self.head(self.norm(x)), None


@trainer.alternative
class WithTorchLayers:
    def __init__(self, data, vocab_size):
        self.text, self.block_size = data, 16
        self.model = TorchLayers(vocab_size, 32, 16)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=4e-3)

    def train(self, steps):
        self.model.train()
        losses = []
        for _ in range(steps):
            at = torch.randint(0, len(self.text) - 16, (24,))
            x = torch.stack([self.text[i : i + 16] for i in at.tolist()])
            y = torch.stack([self.text[i + 1 : i + 17] for i in at.tolist()])
            loss = F.cross_entropy(self.model(x)[0].transpose(1, 2), y)
            self.model.zero_grad()
            loss.backward()
            self.optimizer.step()
            losses.append(loss.item())
        return sum(losses) / len(losses)


class OneBlock(nn.Module):
    """One block of four heads as in the lecture, in single precision and with a little dropout."""

    def __init__(self, vocab_size, width, longest):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(vocab_size, width), nn.Embedding(longest, width)
        self.heads = nn.ModuleList(
            [nn.ModuleList([nn.Linear(width, width // 4, bias=False) for _ in range(3)]) for _ in range(4)]
        )
        self.proj, self.out = nn.Linear(width, width), nn.Linear(width, vocab_size)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
        self.norms = nn.ModuleList([nn.LayerNorm(width) for _ in range(3)])
        self.dropout = nn.Dropout(0.02)
        self.register_buffer("past", torch.ones(longest, longest).tril() > 0)
        self.float()

    def forward(self, idx, targets=None):
        T = idx.shape[1]
        x = self.wte(idx) + self.wpe(torch.arange(T))
        n, found = self.norms[0](x), []
        for query, key, value in self.heads:
            scores = query(n) @ key(n).mT * query.out_features**-0.5
            weights = scores.masked_fill(~self.past[:T, :T], -1e9).softmax(-1)
            found.append(self.dropout(weights) @ value(n))
        x = x + self.proj(torch.cat(found, -1))
        x = x + self.mlp(self.norms[1](x))
        logits = self.out(self.norms[2](x))
        loss = (
            None if targets is None else F.cross_entropy(logits.view(-1, logits.shape[2]), targets.view(-1))
        )
        return logits, loss


class Convolutions(nn.Module):
    """Dilated convolutions over the past: a model needs no attention."""

    def __init__(self, vocab_size, width):
        super().__init__()
        self.letters, self.head = nn.Embedding(vocab_size, width), nn.Linear(width, vocab_size)
        self.layers = nn.ModuleList([nn.Linear(2 * width, width) for _ in range(3)])

    def forward(self, idx):
        x = self.letters(idx)
        for depth, layer in enumerate(self.layers):
            back = 2**depth
            earlier = F.pad(x, (0, 0, back, 0))[:, : x.shape[1]]
            x = x + layer(torch.cat([earlier, x], dim=-1)).tanh()
        return self.head(x), None


@trainer.alternative
class WithoutAttention:
    def __init__(self, data, vocab_size):
        self.data, self.block_size = data, 8
        self.model = Convolutions(vocab_size, 48)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.1, momentum=0.9)

    def train(self, steps):
        losses = torch.zeros(steps)
        windows = self.data.unfold(0, self.block_size + 1, 1)
        for step in range(steps):
            rows = windows[torch.randint(len(windows), (64,))]
            loss = F.cross_entropy(self.model(rows[:, :-1])[0].flatten(0, 1), rows[:, 1:].flatten())
            self.model.zero_grad()
            loss.backward()
            self.optimizer.step()
            losses[step] = loss.detach()
        return losses.mean().item()


@trainer.alternative
class InSinglePrecision:
    def __init__(self, data, vocab_size):
        self.block_size, self.done = 24, 0
        # One tenth is held out, as it should be, to watch the training with.
        self.data, self.validation = data[: len(data) * 9 // 10], data[len(data) * 9 // 10 :]
        self.model = OneBlock(vocab_size, 48, self.block_size)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-2)

    def train(self, steps):
        total = 0.0
        for _ in range(steps):
            self.done += 1
            for group in self.optimizer.param_groups:
                group["lr"] = 1e-2 * min(1.0, self.done / 20) * max(0.1, 1 - self.done / 600)
            starts = torch.randint(len(self.data) - self.block_size - 1, (16, 1))
            x = starts + torch.arange(self.block_size)
            self.optimizer.zero_grad(set_to_none=True)
            loss = self.model(self.data[x], self.data[x + 1])[1]
            loss.backward()
            self.optimizer.step()
            total += float(loss.detach())
        print(f"after {self.done} steps: {total / steps:.2f}")
        return total / steps


# -- wrong ones -----------------------------------------------------------------------------------------
# Those that only fail to learn (targets that are the inputs, a learning rate of a thousand) look like right
# ones until the loss is measured, so they have no name here.

trainer.misconception_by_edit(
    "never_steps",
    "            self.optimizer.step()\n",
    "",
    symptom="The weights are after training what they were before.",
    question="Who changes the weights, and when?",
    rule="A backward pass fills in gradients. Nothing moves before somebody makes a step.",
)
trainer.misconception_by_edit(
    "a_new_model_for_every_round",
    "        self.model.train()\n",
    """        self.model = _GPT(int(self.data.max()) + 1).train()
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=8e-3)
""",
    symptom="What was learned in one call is lost in the next.",
    question="Where is the model made?",
    rule="Training goes on where it stopped. What is made anew has learned nothing.",
)
trainer.misconception_by_edit(
    "loss_is_a_tensor",
    "total += loss.item()",
    "total += loss",
    symptom="The loss that comes back is no plain number.",
    question="What does a loss hold besides its number?",
    rule="A sum of losses that keep their graphs keeps every step of the training in memory.",
)
trainer.misconception_by_edit(
    "losses_added_up",
    "return total / steps",
    "return total",
    symptom="The loss grows with the number of steps.",
    question="By what must a sum be divided, so that ten steps can be compared with forty?",
    rule="A mean keeps its size, however many numbers it is made of.",
)
trainer.misconception_by_edit(
    "returns_nothing",
    "        return total / steps\n",
    "",
    symptom="No loss comes back.",
    question="How is anybody to see how the training goes?",
    rule="A training that is silent can't be watched.",
)


class Everywhere(nn.Module):
    """Attention without a mask."""

    def __init__(self, vocab_size, width, longest):
        super().__init__()
        self.tokens, self.places = nn.Embedding(vocab_size, width), nn.Embedding(longest, width)
        self.layer = nn.TransformerEncoderLayer(width, 4, 4 * width, dropout=0.0, batch_first=True)
        self.head = nn.Linear(width, vocab_size)

    def forward(self, idx):
        return self.head(self.layer(self.tokens(idx) + self.places.weight[: idx.shape[1]])), None


@trainer.misconception(
    symptom="The training loss falls far below anything possible, and what the model writes is nonsense.",
    question="Change the last token of a text: which logits change?",
    rule="A model that sees the next token learns to copy it, and nothing else.",
)
class SeesTheFuture:
    def __init__(self, data, vocab_size):
        self.data, self.block_size = data, 16
        self.model = Everywhere(vocab_size, 32, 16)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=8e-3)

    def train(self, steps):
        total = 0.0
        for _ in range(steps):
            x = torch.randint(len(self.data) - 16, (24, 1)) + torch.arange(16)
            loss = F.cross_entropy(self.model(self.data[x])[0].flatten(0, 1), self.data[x + 1].flatten())
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            total += loss.item()
        return total / steps


class Flat(nn.Module):
    """A table of bigrams that flattens what it returns."""

    def __init__(self, vocab_size):
        super().__init__()
        self.table = nn.Embedding(vocab_size, vocab_size)

    def forward(self, idx):
        return self.table(idx).flatten(0, 1), None


@trainer.misconception(
    symptom="The logits have lost the axis of the texts.",
    question="Which shape does the task name for the logits?",
    rule="The lecture flattens logits for the loss. Whoever samples wants to know which text is which.",
)
class FlattenedLogits:
    def __init__(self, data, vocab_size):
        self.data, self.block_size = data, 16
        self.model = Flat(vocab_size)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-2)

    def train(self, steps):
        total = 0.0
        for _ in range(steps):
            x = torch.randint(len(self.data) - 16, (24, 1)) + torch.arange(16)
            loss = F.cross_entropy(self.model(self.data[x])[0], self.data[x + 1].flatten())
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            total += loss.item()
        return total / steps
