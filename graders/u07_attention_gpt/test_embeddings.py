"""What is true of a bigram model, and of tokens and places as vectors."""

import torch
from torch import Tensor

from dojo.grading import Draw, close, grades, indices

SIZES = {"B": 1, "T": 3, "V": 2}


def targets_or_none(draw: Draw, shape: tuple[int, ...]) -> Tensor | None:
    """Targets in three cases of four."""
    targets = torch.randint(0, draw.sizes["V"], (draw.sizes["B"], draw.sizes["T"]), generator=draw.generator)
    return targets if draw.integer(0, 3) else None


# -- the bigram table -----------------------------------------------------------------------------------


@grades(
    "bigram_model",
    minimum=SIZES,
    examples=10,
    idx=indices("V", repeated=True),
    targets=targets_or_none,
    parts={"logits": (0,), "loss": (1,)},
    differentiable=True,
)
def bigram_model(idx, table, targets):
    onehot = torch.eye(len(table), dtype=table.dtype)
    logits = onehot[idx] @ table
    if targets is None:
        return logits, None
    logprobs = logits - logits.exp().sum(-1, keepdim=True).log()
    return logits, -(logprobs * onehot[targets]).sum(-1).mean()


@bigram_model.property("has logits that depend on the token at their own position only", examples=2)
def own_token_only(student, idx, table):
    changed = idx.clone()
    changed[:, 0] = (changed[:, 0] + 1) % len(table)
    return close(student(idx, table)[0][:, 1:], student(changed, table)[0][:, 1:])


@bigram_model.alternative
def as_in_the_lecture(idx, table, targets=None):
    logits = torch.nn.functional.embedding(idx, table)
    if targets is None:
        loss = None
    else:
        B, T, C = logits.shape
        loss = torch.nn.functional.cross_entropy(logits.view(B * T, C), targets.view(B * T))
    return logits, loss


@bigram_model.alternative
def classes_moved_to_axis_1(idx, table, targets=None):
    logits = table[idx]
    if targets is None:
        return logits, None
    return logits, torch.nn.functional.cross_entropy(logits.transpose(1, 2), targets)


@bigram_model.alternative
def by_log_softmax_and_gather(idx, table, targets=None):
    logits, loss = table[idx], None
    if targets is not None:
        loss = -logits.log_softmax(-1).gather(-1, targets.unsqueeze(-1)).mean()
    return logits, loss


@bigram_model.alternative
def by_onehot_product(idx, table, targets=None):
    onehot = torch.nn.functional.one_hot(idx, len(table)).to(table.dtype)
    logits = torch.einsum("btv,vw->btw", onehot, table)
    if targets is None:
        return [logits, None]
    losses = torch.logsumexp(logits, -1) - torch.take_along_dim(logits, targets[..., None], -1)[..., 0]
    return [logits, losses.sum() / losses.numel()]


@bigram_model.misconception(
    symptom="The logits are right, the loss is not, and no error was raised.",
    question="After your view, do the V numbers on axis 1 still belong to one prediction?",
    rule="A view reads the numbers in the order of memory. To move an axis, move it, or flatten the others.",
)
def viewed_as_b_v_t(idx, table, targets=None):
    logits = table[idx]
    if targets is None:
        return logits, None
    B, T, V = logits.shape
    return logits, torch.nn.functional.cross_entropy(logits.view(B, V, T), targets)


@bigram_model.misconception(
    symptom="With targets the logits have two axes where three are asked for.",
    question="What did you return: what the model predicts, or what the loss function wanted to have?",
    rule="Flatten for the loss under another name, so that the caller still gets (B, T, V).",
)
def logits_stay_flat(idx, table, targets=None):
    logits = table[idx]
    if targets is None:
        return logits, None
    logits = logits.view(-1, len(table))
    return logits, torch.nn.functional.cross_entropy(logits, targets.reshape(-1))


@bigram_model.misconception(
    symptom="The loss is too large by a factor, the number of predictions or the length of a sequence.",
    question="Over what is the loss averaged?",
    rule="An average over all predictions doesn't change when the batch grows.",
)
def summed_over_time(idx, table, targets=None):
    logits = table[idx]
    if targets is None:
        return logits, None
    loss = torch.nn.functional.cross_entropy(logits.transpose(1, 2), targets, reduction="none")
    return logits, loss.sum(1).mean()


@bigram_model.misconception(
    symptom="The loss ignores some positions and compares the others with the wrong tokens.",
    question="Were the targets moved by one already, before you got them?",
    rule="Target t is the token that follows token t. Moving once more asks for the token after the next.",
)
def moved_once_more(idx, table, targets=None):
    logits = table[idx]
    if targets is None:
        return logits, None
    loss = torch.nn.functional.cross_entropy(logits[:, :-1].transpose(1, 2), targets[:, 1:])
    return logits, loss


@bigram_model.misconception(
    symptom="The loss depends on the last position only.",
    question="How many predictions does a sequence of T tokens contain?",
    rule="Every position predicts its next token, and all of them are graded.",
)
def last_position_only(idx, table, targets=None):
    logits = table[idx]
    if targets is None:
        return logits, None
    return logits, torch.nn.functional.cross_entropy(logits[:, -1], targets[:, -1])


@bigram_model.misconception(
    symptom="The loss is the same for all targets: it compares the model with what it was given.",
    question="Which of the arguments says what came next?",
    rule="A model that is graded on repeating its input learns nothing about the future.",
)
def inputs_as_targets(idx, table, targets=None):
    logits = table[idx]
    if targets is None:
        return logits, None
    return logits, torch.nn.functional.cross_entropy(logits.transpose(1, 2), idx)


@bigram_model.misconception(
    symptom="The logits are another line of the table.",
    question="Does a row of the table belong to the token that is there, or to the one that comes next?",
    rule="The given token picks a row. A square table can be read either way, so only the numbers can tell.",
)
def columns_of_the_table(idx, table, targets=None):
    logits = table.T[idx]
    if targets is None:
        return logits, None
    return logits, torch.nn.functional.cross_entropy(logits.transpose(1, 2), targets)


@bigram_model.misconception(
    symptom="The loss is too close to that of guessing.",
    question="What does cross_entropy do with its first argument before anything else?",
    rule="The ready-made loss takes logits and makes probabilities itself. Twice is once too often.",
)
def softmax_twice(idx, table, targets=None):
    logits = table[idx]
    if targets is None:
        return logits, None
    probs = logits.softmax(-1)
    return logits, torch.nn.functional.cross_entropy(probs.transpose(1, 2), targets)


@bigram_model.misconception(
    symptom="It fails where no targets are given.",
    question="What should happen when the model is to write, and nobody knows yet what comes next?",
    rule="The loss is for training. Without targets there are logits, and None in its place.",
)
def targets_required(idx, table, targets=None):
    logits = table[idx]
    return logits, torch.nn.functional.cross_entropy(logits.transpose(1, 2), targets)


# -- tokens and places ----------------------------------------------------------------------------------


@grades(
    "positional_embedding",
    idx=indices("V", repeated=True),
    minimum={"B": 2, "T": 3, "V": 3, "C": 1, "spare": 2},
    largest={"spare": 4},
    derived={"L": lambda size: size["T"] + size["spare"]},
    examples=8,
    differentiable=True,
    parts={"x": (0,), "logits": (1,)},
)
def positional_embedding(idx, wte, wpe, W, b):
    tokens = torch.nn.functional.one_hot(idx, len(wte)).to(wte.dtype)
    places = torch.eye(len(wpe), dtype=wpe.dtype)[: idx.shape[1]]
    x = torch.einsum("btv,vc->btc", tokens, wte) + torch.einsum("tl,lc->tc", places, wpe)
    return x, torch.einsum("btc,vc->btv", x, W) + b


@positional_embedding.property("lets a position know of no other position", examples=2)
def no_mixing(student, idx, wte, wpe, W, b):
    changed = idx.clone()
    changed[:, 0] = (changed[:, 0] + 1) % len(wte)
    before, after = (student(i, wte, wpe, W, b)[1][:, 1:] for i in (idx, changed))
    return close(before, after)


@positional_embedding.alternative
def by_two_lookups(idx, wte, wpe, W, b):
    B, T = idx.shape
    tok_emb = torch.nn.functional.embedding(idx, wte)
    pos_emb = torch.nn.functional.embedding(torch.arange(T), wpe)
    x = tok_emb + pos_emb.expand(B, T, -1)
    return x, torch.nn.functional.linear(x, W, b)


@positional_embedding.alternative
def token_by_token(idx, wte, wpe, W, b):
    x = torch.stack([torch.stack([wte[i] + wpe[t] for t, i in enumerate(row)]) for row in idx.tolist()])
    return x, torch.matmul(x, W.transpose(0, 1)) + b.view(1, 1, -1)


@positional_embedding.alternative
def two_shares_of_the_logits(idx, wte, wpe, W, b):
    wpe = wpe[: idx.size(-1)]
    return wte[idx] + wpe, (wte @ W.T)[idx] + wpe @ W.T + b


@positional_embedding.misconception(
    symptom="It fails: the two summands have another length.",
    question="How many places does this sequence use, and how many does the table have?",
    rule="A sequence may be shorter than the longest one. It takes as many places as it has tokens.",
)
def all_places(idx, wte, wpe, W, b):
    x = wte[idx] + wpe[torch.arange(len(wpe))]
    return x, x @ W.T + b


@positional_embedding.misconception(
    symptom="The first position is right, and the others have its place too.",
    question="Which axis of your summand is time?",
    rule="Each position has a place of its own. A vector without that axis is the same for all of them.",
)
def same_place_for_all(idx, wte, wpe, W, b):
    x = wte[idx] + wpe[0]
    return x, x @ W.T + b


@positional_embedding.misconception(
    symptom="The places run the wrong way.",
    question="Which place does the first token of a sequence have?",
    rule="Places are counted from the start of the sequence.",
)
def places_reversed(idx, wte, wpe, W, b):
    x = wte[idx] + wpe[: idx.shape[1]].flip(0)
    return x, x @ W.T + b


@positional_embedding.misconception(
    symptom="The places come from the wrong end of the table.",
    question="Which place does the first token of a short sequence have?",
    rule="Places are counted from the start of the sequence, however short it is.",
)
def last_places(idx, wte, wpe, W, b):
    x = wte[idx] + wpe[-idx.shape[1] :]
    return x, x @ W.T + b


@positional_embedding.misconception(
    symptom="The same token has the same vector wherever it stands.",
    question="What in your sum depends on where a token stands?",
    rule="Without places, a sequence is a bag of tokens to everything that follows.",
)
def no_places(idx, wte, wpe, W, b):
    x = wte[idx]
    return x, x @ W.T + b


@positional_embedding.misconception(
    symptom="The same token has the same vector wherever it stands, or the lookup fails.",
    question="With which numbers is the table of places indexed?",
    rule="One table is asked what stands here, the other where here is.",
)
def places_by_token(idx, wte, wpe, W, b):
    x = wte[idx] + wpe[idx]
    return x, x @ W.T + b


@positional_embedding.misconception(
    symptom="The vectors are right, and the logits don't know of places.",
    question="What is the input of your last layer?",
    rule="What was added is of use only to those who are given the sum.",
)
def logits_of_tokens_only(idx, wte, wpe, W, b):
    return wte[idx] + wpe[: idx.shape[1]], wte[idx] @ W.T + b


@positional_embedding.misconception(
    symptom="The vectors are products.",
    question="How do token and place come together?",
    rule="They are added: each keeps what it says, whatever the other one is.",
)
def multiplied(idx, wte, wpe, W, b):
    x = wte[idx] * wpe[: idx.shape[1]]
    return x, x @ W.T + b


@positional_embedding.misconception(
    symptom="The vectors are right, the logits lack one number for each token of the vocabulary.",
    question="What does a linear layer have besides its weights?",
    rule="The bias says how frequent a token is before anything is known.",
)
def bias_forgotten(idx, wte, wpe, W, b):
    x = wte[idx] + wpe[: idx.shape[1]]
    return x, x @ W.T
