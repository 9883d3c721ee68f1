"""What is true of the bigram model and of the GPT."""

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from dojo.grading import Draw, grades, indices, remote_function

SIZES = {"B": 1, "T": 3, "V": 2}
LARGEST = {"B": 4, "T": 6, "V": 7}
FIRST = {name: (name,) for name in ("parameters", "logits", "loss")}

_FILL = remote_function("""
def fill(module, weights):
    parameters = dict(module.named_parameters())
    shapes = {name: list(parameter.shape) for name, parameter in parameters.items()}
    fit = shapes == {name: list(weight.shape) for name, weight in weights.items()}
    with torch.no_grad():
        for name, weight in weights.items() if fit else ():
            parameters[name].copy_(weight)
    return fit, shapes
""")
_LEARN = remote_function("""
def learn(module, idx, targets):
    loss = module(idx, targets)[1]
    if not isinstance(loss, torch.Tensor) or not loss.requires_grad:
        return "a number without a graph behind it"
    loss.backward()
    without = [name for name, parameter in module.named_parameters() if parameter.grad is None]
    return "no gradient reaches " + ", ".join(without) if without else "a gradient reaches every parameter"
""")


def asked(student, module, idx: Tensor, targets: Tensor, weights: dict[str, Tensor]) -> dict[str, object]:
    """What a model with these weights answers without and with targets; only its shapes if they don't fit."""
    fit, shapes = student.run(_FILL, module, weights)
    if not fit:
        names = ("logits", "loss", "without targets", "backward from the loss")
        return {"parameters": shapes, **dict.fromkeys(names)}
    logits, loss = module(idx, targets)
    answer = {"parameters": shapes, "logits": logits, "loss": loss, "without targets": module(idx)}
    return answer | {"backward from the loss": student.run(_LEARN, module, idx, targets)}


def answer_of(logits: Tensor, targets: Tensor, weights: dict[str, Tensor]) -> dict[str, object]:
    """The right answer, given the right logits."""
    surprise = logits.logsumexp(-1) - logits.gather(-1, targets[..., None])[..., 0]
    return {
        "parameters": {name: list(weight.shape) for name, weight in weights.items()},
        "logits": logits,
        "loss": surprise.mean(),
        "without targets": (logits, None),
        "backward from the loss": "a gradient reaches every parameter",
    }


# -- the table ------------------------------------------------------------------------------------------


@grades(
    "bigram_language_model",
    idx=indices("V", repeated=True),
    targets=indices("V"),
    minimum=SIZES,
    largest=LARGEST,
    examples=6,
    parts=FIRST,
)
def bigram(idx, targets, table):
    return answer_of(table[idx], targets, {"token_embedding_table.weight": table})


@bigram.play
def play_bigram(student, idx: Int[Tensor, "B T"], targets: Int[Tensor, "B T"], table: Float[Tensor, "V V"]):
    return asked(student, student(len(table)), idx, targets, {"token_embedding_table.weight": table})


@bigram.alternative
class LossByHand(nn.Module):
    def __init__(self, vocab_size):
        super().__init__()
        self.token_embedding_table = nn.Embedding(vocab_size, vocab_size)

    def forward(self, idx, targets=None):
        logits, loss = self.token_embedding_table(idx), None
        if targets is not None:
            logprobs = logits.log_softmax(-1)
            loss = -logprobs.gather(2, targets.unsqueeze(2)).mean()
        return logits, loss


@bigram.alternative
class ChannelsSecond(nn.Module):
    def __init__(self, vocab_size: int):
        super().__init__()
        self.token_embedding_table = nn.Embedding(vocab_size, vocab_size)

    def forward(self, idx, targets=None):
        logits = self.token_embedding_table.weight[idx]
        if targets is None:
            return logits, None
        return logits, F.cross_entropy(logits.transpose(1, 2), targets)


@bigram.alternative
class WithViews(nn.Module):
    def __init__(self, vocab_size):
        super().__init__()
        self.token_embedding_table = nn.Embedding(vocab_size, vocab_size)

    def forward(self, idx, targets=None):
        logits = self.token_embedding_table(idx)
        if targets is None:
            loss = None
        else:
            B, T, C = logits.shape
            loss = F.cross_entropy(logits.view(B * T, C), targets.reshape(B * T))
        return logits, loss


bigram.misconception_by_edit(
    "viewed_as_channels_second",
    "F.cross_entropy(logits.flatten(0, 1), targets.flatten())",
    "F.cross_entropy(logits.reshape(idx.shape[0], -1, idx.shape[1]), targets)",
    symptom="The logits are right and the loss is not, though nothing complains.",
    question="Which numbers stand side by side after your change of shape?",
    rule="A view cuts the same row of numbers elsewhere. To exchange two axes is another thing.",
)
bigram.misconception_by_edit(
    "loss_summed",
    "targets.flatten())",
    'targets.flatten(), reduction="sum")',
    symptom="The loss is too large by the number of predictions.",
    question="Is the loss a sum or a mean?",
    rule="A mean can be compared between batches of any size.",
)
bigram.misconception_by_edit(
    "loss_of_the_last_token_only",
    "F.cross_entropy(logits.flatten(0, 1), targets.flatten())",
    "F.cross_entropy(logits[:, -1], targets[:, -1])",
    symptom="The loss depends on the last token of each text only.",
    question="How many predictions does a text of T tokens hold?",
    rule="Every position predicts its next token, and every one of them is an example to learn from.",
)
bigram.misconception_by_edit(
    "softmax_before_the_loss",
    "F.cross_entropy(logits.flatten(0, 1), targets.flatten())",
    "F.cross_entropy(logits.softmax(dim=-1).flatten(0, 1), targets.flatten())",
    symptom="The loss hardly differs from that of even probabilities.",
    question="What does the ready-made loss expect: logits or probabilities?",
    rule="The softmax is inside the loss already. Applied twice it makes everything nearly even.",
)
bigram.misconception_by_edit(
    "targets_shifted_again",
    "F.cross_entropy(logits.flatten(0, 1), targets.flatten())",
    "F.cross_entropy(logits[:, :-1].flatten(0, 1), targets[:, 1:].flatten())",
    symptom="The loss compares each position with the token after the next.",
    question="Who has shifted the text by one already: you or the batch?",
    rule="The targets are the next tokens. Shifted once more they belong to the wrong positions.",
)
bigram.misconception_by_edit(
    "logits_flattened_with_targets",
    "        return logits, F.cross_entropy(logits.flatten(0, 1), targets.flatten())",
    """        logits = logits.flatten(0, 1)
        return logits, F.cross_entropy(logits, targets.flatten())""",
    symptom="With targets the logits have another shape than without.",
    question="Which shape does the task name for the logits?",
    rule="The lecture flattens the logits for the loss and returns them so. Here the shape stays the same.",
)
bigram.misconception_by_edit(
    "loss_alone_returned",
    "            return logits, None",
    "            return logits",
    symptom="Without targets there is no pair.",
    question="How many things come back, with targets and without?",
    rule="A function that returns a pair sometimes and one thing at other times is a trap for its caller.",
)
bigram.misconception_by_edit(
    "zero_without_targets",
    "            return logits, None",
    "            return logits, torch.zeros(())",
    symptom="Without targets there is a loss of zero.",
    question="What does a loss of zero say, and what is true here?",
    rule="None says that there is none. A zero would say that the model is perfect.",
)
bigram.misconception_by_edit(
    "loss_is_a_plain_number",
    "F.cross_entropy(logits.flatten(0, 1), targets.flatten())",
    "F.cross_entropy(logits.flatten(0, 1), targets.flatten()).item()",
    symptom="The loss has the right size, but there is nothing to go back from.",
    question="What does a training loop want to do with the loss, and can a float do it?",
    rule="Only a tensor remembers how it was made. Turn it into a number where it is printed.",
)
bigram.misconception_by_edit(
    "targets_required",
    '"B T"] | None = None',
    '"B T"] | None',
    symptom="Without targets the model cannot be called.",
    question="Who knows the next tokens when the model writes?",
    rule="Whoever trains has the right answers, and whoever writes has none. Both call the same model.",
)
bigram.misconception_by_edit(
    "table_read_by_columns",
    "self.token_embedding_table(idx)",
    "self.token_embedding_table.weight.T[idx]",
    symptom="The logits are those of what comes before a token.",
    question="Which of the two axes of the table is the token that is known?",
    rule="Row i belongs to token i, and its columns to what may follow.",
)
bigram.misconception_by_edit(
    "logits_changed_with_targets",
    "return logits, F.cross_entropy(logits",
    "logits = logits - logits.mean(dim=(0, 1))\n        return logits, F.cross_entropy(logits",
    symptom="The logits change when there are targets.",
    question="May the targets have any influence on the logits?",
    rule="Logits are a prediction. What comes out must not depend on whether the answer is known.",
)


# -- the whole model ------------------------------------------------------------------------------------


def stack(draw: Draw) -> dict[str, object]:
    """A GPT whose blocks are linear layers: to this class a block is anything that keeps the shape."""
    B, T, V, C, L = (draw.sizes[letter] for letter in "BTVCL")
    spare = draw.integer(0, 2)
    weights = {
        "token_embedding_table.weight": draw.normal(V, C),
        "position_embedding_table.weight": draw.normal(T + spare, C),
        **{f"blocks.{i}.weight": draw.normal(C, C) for i in range(L)},
        "ln_f.weight": draw.normal(C),
        "ln_f.bias": draw.normal(C),
        "lm_head.weight": draw.normal(V, C),
        "lm_head.bias": draw.normal(V),
    }
    return {
        "idx": indices("V", repeated=True)(draw, (B, T)),
        "targets": indices("V")(draw, (B, T)),
        "weights": weights,
    }


# C >= 4, since layer norm of two numbers is always -1 and 1.
@grades(
    "gpt_model",
    case_of=stack,
    minimum={"B": 2, "T": 3, "V": 3, "C": 4, "L": 2},
    largest={**LARGEST, "C": 6, "L": 3},
    examples=6,
    parts=FIRST,
)
def gpt(idx, targets, weights):
    x = weights["token_embedding_table.weight"][idx]
    x = x + weights["position_embedding_table.weight"][: idx.shape[1]]
    for name, W in weights.items():
        x = x @ W.T if name.startswith("blocks.") else x
    x = F.layer_norm(x, x.shape[-1:], weights["ln_f.weight"], weights["ln_f.bias"])
    return answer_of(x @ weights["lm_head.weight"].T + weights["lm_head.bias"], targets, weights)


@gpt.play
def play_gpt(student, idx: Tensor, targets: Tensor, weights: dict[str, Tensor]):
    V, C = weights["token_embedding_table.weight"].shape
    longest, n_layer = len(weights["position_embedding_table.weight"]), len(weights) - 6
    make_block = remote_function(f"def make_block():\n    return torch.nn.Linear({C}, {C}, bias=False)")
    return asked(student, student(V, C, longest, n_layer, make_block), idx, targets, weights)


@gpt.alternative
class AsInTheLecture(nn.Module):
    def __init__(self, vocab_size, n_embd, block_size, n_layer, make_block):
        super().__init__()
        self.token_embedding_table = nn.Embedding(vocab_size, n_embd)
        self.position_embedding_table = nn.Embedding(block_size, n_embd)
        self.blocks = nn.Sequential(*[make_block() for _ in range(n_layer)])
        self.ln_f = nn.LayerNorm(n_embd)
        self.lm_head = nn.Linear(n_embd, vocab_size)

    def forward(self, idx, targets=None):
        B, T = idx.shape
        tok_emb = self.token_embedding_table(idx)
        pos_emb = self.position_embedding_table(torch.arange(T))
        x = tok_emb + pos_emb
        x = self.blocks(x)
        x = self.ln_f(x)
        logits = self.lm_head(x)
        if targets is None:
            loss = None
        else:
            B, T, C = logits.shape
            loss = F.cross_entropy(logits.view(B * T, C), targets.view(B * T))
        return logits, loss


@gpt.alternative
class BlockByBlock(nn.Module):
    def __init__(self, vocab_size, n_embd, block_size, n_layer, make_block):
        super().__init__()
        self.token_embedding_table = nn.Embedding(vocab_size, n_embd)
        self.position_embedding_table = nn.Embedding(block_size, n_embd)
        self.blocks = nn.Sequential()
        while len(self.blocks) < n_layer:
            self.blocks.append(make_block())
        self.ln_f, self.lm_head = nn.LayerNorm(n_embd), nn.Linear(n_embd, vocab_size)
        self.apply(self.start_small)

    def start_small(self, module):
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=0.02)

    def forward(self, idx, targets=None):
        x = self.token_embedding_table(idx) + self.position_embedding_table.weight[: idx.size(1)]
        for block in self.blocks:
            x = block(x)
        logits = self.lm_head(self.ln_f(x))
        return logits, self.loss(logits, targets)

    def loss(self, logits, targets):
        if targets is not None:
            return F.cross_entropy(logits.mT, targets)


gpt.misconception_by_edit(
    "no_last_norm",
    "self.lm_head(self.ln_f(x))",
    "self.lm_head(x)",
    symptom="The logits grow with the numbers that come out of the last block.",
    question="What keeps the residual path in bounds before it meets the vocabulary?",
    rule="With pre-norm blocks nothing has normalised the path itself yet. One norm is left to do.",
)
gpt.misconception_by_edit(
    "no_positions",
    "self.blocks(tokens + positions)",
    "self.blocks(tokens)",
    symptom="The same token gives the same logits at every position.",
    question="How would the model know where a token stands?",
    rule="Attention has no notion of place. What doesn't enter with the token is unknown.",
)
gpt.misconception_by_edit(
    "positions_of_the_whole_block",
    "torch.arange(T, device=idx.device)",
    "torch.arange(self.position_embedding_table.num_embeddings)",
    symptom="Texts shorter than the block raise an error.",
    question="How many positions does this text have?",
    rule="The table is made for the longest text. Each call uses as much of it as it needs.",
)
gpt.misconception_by_edit(
    "positions_counted_from_the_end",
    "torch.arange(T, device=idx.device)",
    "torch.arange(T - 1, -1, -1, device=idx.device)",
    symptom="The positions run the wrong way.",
    question="Which row of the table belongs to the first token?",
    rule="Counted from the end, the place of a token would change with every token that is added.",
)
gpt.misconception_by_edit(
    "one_position_for_all",
    "torch.arange(T, device=idx.device)",
    "torch.full((T,), T - 1, device=idx.device)",
    symptom="All tokens get the same row of the position table.",
    question="Which row of the table belongs to the first token?",
    rule="Each place has a row of its own.",
)
gpt.misconception_by_edit(
    "positions_multiplied",
    "tokens + positions",
    "tokens * positions",
    symptom="What the token says and where it stands are multiplied.",
    question="How are the two embeddings combined?",
    rule="Two vectors of the same width are added: each can then be read off again.",
)
gpt.misconception_by_edit(
    "positions_after_the_blocks",
    "self.blocks(tokens + positions)",
    "self.blocks(tokens) + positions",
    symptom="The blocks don't know the positions.",
    question="Who needs to know where a token stands?",
    rule="Attention has no notion of place. What doesn't enter with the token is unknown.",
)
gpt.misconception_by_edit(
    "one_block_many_times",
    "[make_block() for _ in range(n_layer)]",
    "[make_block()] * n_layer",
    symptom="There are the weights of one block only.",
    question="How often did you make a block?",
    rule="A list that is multiplied holds one object many times.",
)
gpt.misconception_by_edit(
    "blocks_in_a_plain_list",
    """self.blocks = nn.Sequential(*[make_block() for _ in range(n_layer)])
        self.ln_f""",
    """blocks = [make_block() for _ in range(n_layer)]
        self.blocks = lambda x: [x := block(x) for block in blocks][-1]
        self.ln_f""",
    symptom="The weights of the blocks are missing among the parameters.",
    question="How would an optimizer find the blocks?",
    rule="A module knows the modules in its attributes, and not those that a function or a list holds.",
)
gpt.misconception_by_edit(
    "one_block_too_few",
    "range(n_layer)",
    "range(n_layer - 1)",
    symptom="There is one block too few.",
    question="How many blocks are asked for, and how many does your loop make?",
    rule="Count the blocks by their parameters.",
)
gpt.misconception_by_edit(
    "head_without_bias",
    "nn.Linear(n_embd, vocab_size)",
    "nn.Linear(n_embd, vocab_size, bias=False)",
    symptom="The bias of the last layer is missing.",
    question="Which layers of this unit have a bias, and which don't?",
    rule="Only key, query and value go without one.",
)
gpt.misconception_by_edit(
    "viewed_as_channels_second",
    "F.cross_entropy(logits.flatten(0, 1), targets.flatten())",
    "F.cross_entropy(logits.reshape(idx.shape[0], -1, T), targets)",
    symptom="The logits are right and the loss is not, though nothing complains.",
    question="Which numbers stand side by side after your change of shape?",
    rule="A view cuts the same row of numbers elsewhere. To exchange two axes is another thing.",
)
gpt.misconception_by_edit(
    "loss_of_the_last_token_only",
    "F.cross_entropy(logits.flatten(0, 1), targets.flatten())",
    "F.cross_entropy(logits[:, -1], targets[:, -1])",
    symptom="The loss depends on the last token of each text only.",
    question="How many predictions does a text of T tokens hold?",
    rule="Every position predicts its next token, and every one of them is an example to learn from.",
)
gpt.misconception_by_edit(
    "loss_is_a_plain_number",
    "F.cross_entropy(logits.flatten(0, 1), targets.flatten())",
    "F.cross_entropy(logits.flatten(0, 1), targets.flatten()).item()",
    symptom="The loss has the right size, but there is nothing to go back from.",
    question="What does a training loop want to do with the loss, and can a float do it?",
    rule="Only a tensor remembers how it was made. Turn it into a number where it is printed.",
)
gpt.misconception_by_edit(
    "targets_required",
    '"B T"] | None = None',
    '"B T"] | None',
    symptom="Without targets the model cannot be called.",
    question="Who knows the next tokens when the model writes?",
    rule="Whoever trains has the right answers, and whoever writes has none. Both call the same model.",
)
gpt.misconception_by_edit(
    "logits_of_the_last_token_only",
    "            return logits, None",
    "            return logits[:, -1:], None",
    symptom="Without targets there are logits of the last position only.",
    question="Who picks the position: the model or whoever samples?",
    rule="The shape of a result should not depend on what it will be used for.",
)
gpt.misconception_by_edit(
    "logits_flattened_with_targets",
    "        return logits, F.cross_entropy(logits.flatten(0, 1), targets.flatten())",
    """        logits = logits.flatten(0, 1)
        return logits, F.cross_entropy(logits, targets.flatten())""",
    symptom="With targets the logits have another shape than without.",
    question="Which shape does the task name for the logits?",
    rule="The lecture flattens the logits for the loss and returns them so. Here the shape stays the same.",
)
