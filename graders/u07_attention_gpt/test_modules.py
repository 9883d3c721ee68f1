"""What is true of a head, of several heads, of the feed-forward part and of a block, as modules."""

import textwrap

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from dojo.grading import Draw, grades, one_of, remote_function

# B >= 2, T >= 3 and more than one channel a head: a batch of one, or one token, hides most mistakes.
SIZES = {"B": 2, "T": 3}
LARGEST = {"B": 4, "T": 6}

_FILL = remote_function("""
def fill(module, weights):
    module.eval()
    torch.default_generator.manual_seed(1)  # so that a mistake that draws numbers now can be recognised
    parameters = dict(module.named_parameters())
    shapes = {name: list(parameter.shape) for name, parameter in parameters.items()}
    fit = shapes == {name: list(weight.shape) for name, weight in weights.items()}
    with torch.no_grad():
        for name, weight in weights.items() if fit else ():
            parameters[name].copy_(weight)
    buffers = {name: value.bool() for name, value in module.named_buffers()}
    tril = buffers.get("tril", "missing among the buffers: " + ", ".join(buffers))
    saved = "tril" not in buffers or "tril" in module.state_dict()
    return fit, shapes, tril if saved else "a buffer that is not saved with the module"
""")
# What an optimizer needs: a gradient for each parameter, and a residual path that nobody writes into.
_LEARN = """
def learn(module, x):
    module.eval()
    inputs = x.clone().requires_grad_()
    path = 1 * inputs
    out = module(path)
    if not torch.equal(path, inputs):
        return "changes its input in place"
    if not out.requires_grad:
        return "its output has no graph behind it"
    out.square().sum().backward()
    without = [name for name, parameter in module.named_parameters() if parameter.grad is None]
    return "no gradient reaches " + ", ".join(without) if without else "every parameter gets a gradient"
"""
LEARNS = "every parameter gets a gradient"
_ONLY_LEARN = remote_function(_LEARN)
# What is left of a module with dropout: what it learns from, what it drops from many copies of `x`, and
# whether one that is made without a rate drops anything. All in one call, since most time goes into calls.
_TRAIN = remote_function(
    "def train(make, sizes, module, x, copies):"
    + textwrap.indent(_LEARN, "    ")
    + """
    backward = learn(module, x)
    module.train()
    torch.default_generator.manual_seed(1)
    trained = module(x.repeat(copies, 1, 1))
    usual = make(**sizes)
    both = usual.train()(x), usual.eval()(x)
    usual = "nothing is dropped" if torch.allclose(*both, equal_nan=True) else "something is dropped"
    return trained, {"without a rate": usual, "backward": backward}
"""
)
RATE = one_of(0.25, 0.75)  # never the 0.5 of a dropout layer that isn't told its rate


# So many copies of a case are dropped from. The first tokens of 128 texts alone have 128 weights. That all of
# them stay, as if nothing were dropped, has a probability of at most 0.75**128 = 1e-16 for each case.
# All else that is looked at holds for every draw: what isn't gone has grown by the factor of the rate.
COPIES = 128
DROPOUT_IS_MISSED = 1e-13  # of a grading, which has fewer than 100 cases


def looked_at(student, sizes: dict, rate: float, weights: dict[str, Tensor], x: Tensor, whole: bool) -> dict:
    """What a module with dropout has and does. `whole` says that dropout acts on whole weights.

    The first token sees itself alone: its one weight is dropped or grows, for all channels at once.
    """
    module = student(**sizes, dropout=rate)
    fit, shapes, tril = student.run(_FILL, module, weights)
    answer = {"parameters": shapes, "tril": tril}
    if not fit:
        return answer | dict.fromkeys(("output", "in training", "without a rate", "backward"))
    used = module(x)
    trained, more = student.run(_TRAIN, student, sizes, module, x, COPIES)
    first = (torch.arange(x.shape[1]) == 0).expand(len(trained), -1) if whole else None
    many = used.repeat(COPIES, 1, 1) if used.dim() == 3 else used
    dropping = dropped(many, trained, rate, first) if many.shape == trained.shape else "the shape changes"
    return answer | {"output": used, "in training": dropping, **more}


def dropped(used: Tensor, trained: Tensor, rate: float, whole: Tensor | None = None) -> str:
    """In words, what dropout has done. `whole` says where it may have acted on whole rows."""
    close = 1e-9 * used.abs().max()
    if bool(((trained - used).abs() < close).all()):
        return "nothing is dropped"
    if whole is not None:
        used, trained = used[whole], trained[whole]
    gone = trained.abs() < close
    # What is left has grown by one factor, which tells the rate.
    factor = float((trained / used)[~gone].median()) if not bool(gone.all()) else 1 / (1 - rate)
    kept = (trained - factor * used).abs() < close
    what = "single numbers"
    if whole is not None and bool((gone.all(-1) | kept.all(-1)).all()):
        what = "whole weights"
    if factor < 1 + 1e-6 or not bool((gone | kept).all()):
        return "something else is dropped"
    return f"{what} are dropped" + ("" if abs(factor * (1 - rate) - 1) < 1e-6 else ", at another rate")


# -- one head -------------------------------------------------------------------------------------------


def gentle(draw: Draw, shape: tuple[int, ...]) -> Tensor:
    """Weights so small that every token gets some of the attention. One that gets all hides mistakes."""
    return draw.normal(*shape) / 8


def with_a_silent_token(draw: Draw, shape: tuple[int, ...]) -> Tensor:
    """Sequences in which every score of the second token is exactly 0, as scores may be."""
    x = draw.normal(*shape)
    x[:, 1] = 0.0
    return x


@grades(
    "head_module",
    x=with_a_silent_token,
    dropout=RATE,
    key=gentle,
    query=gentle,
    block_size=lambda draw, shape: draw.sizes["T"] + draw.integer(0, 3),
    minimum={**SIZES, "H": 2, "C": 1},
    largest=LARGEST,
    examples=8,
    false_positive=DROPOUT_IS_MISSED,
    parts={name: (name,) for name in ("parameters", "tril", "output")},
)
def head(x: Float[Tensor, "B T C"], key, query, value, block_size, dropout):
    H, T = len(key), x.shape[1]
    allowed = torch.ones(block_size, block_size, dtype=torch.bool).tril()
    scores = torch.einsum("bic,hc,hd,bjd->bij", x, query, key, x) / H**0.5
    weights = torch.where(allowed[:T, :T], scores, -torch.inf).softmax(-1)
    return {
        "parameters": {f"{name}.weight": [H, x.shape[2]] for name in ("key", "query", "value")},
        "tril": allowed,
        "output": weights @ (x @ value.T),
        "in training": "whole weights are dropped",
        "without a rate": "nothing is dropped",
        "backward": LEARNS,
    }


@head.play
def play_head(
    student,
    x: Float[Tensor, "B T C"],
    key: Float[Tensor, "H C"],
    query: Float[Tensor, "H C"],
    value: Float[Tensor, "H C"],
    block_size: int,
    dropout: float,
):
    sizes = {"n_embd": x.shape[2], "head_size": len(key), "block_size": block_size}
    weights = {"key.weight": key, "query.weight": query, "value.weight": value}
    return looked_at(student, sizes, dropout, weights, x, whole=True)


@head.alternative
class BooleanMask(nn.Module):
    def __init__(self, n_embd, head_size, block_size, dropout=0.0):
        super().__init__()
        self.query = nn.Linear(n_embd, head_size, bias=False)
        self.key = nn.Linear(n_embd, head_size, bias=False)
        self.value = nn.Linear(n_embd, head_size, bias=False)
        self.dropout = nn.Dropout(p=dropout)
        self.register_buffer("tril", torch.ones(block_size, block_size, dtype=torch.bool).tril())
        self.scale = head_size**-0.5

    def forward(self, x):
        _B, T, _C = x.size()
        q, k = self.query(x) * self.scale, self.key(x)
        wei = torch.where(self.tril[:T, :T], torch.einsum("bih,bjh->bij", q, k), -1e9)
        wei = torch.exp(wei - wei.max(dim=2, keepdim=True).values)
        return torch.bmm(self.dropout(wei / wei.sum(2, keepdim=True)), self.value(x))


@head.alternative
class ByFunctional(nn.Module):
    def __init__(self, n_embd: int, head_size: int, block_size: int, dropout: float = 0.0):
        super().__init__()
        self.key, self.query, self.value = (nn.Linear(n_embd, head_size, bias=False) for _ in range(3))
        self.register_buffer("tril", torch.tril(torch.ones(block_size, block_size)), persistent=True)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        T = x.size(1)
        k = self.key(x) / self.key.out_features**0.5
        scores = self.query(x) @ k.mT
        scores = scores + self.tril[:T, :T].log()  # the logarithm of 0 is minus infinity
        return self.dropout(nn.functional.softmax(scores, dim=2)) @ self.value(x)


@head.alternative
class TokenByToken(nn.Module):
    def __init__(self, n_embd, head_size, block_size, dropout=0.0):
        super().__init__()
        self.query = nn.Linear(n_embd, head_size, bias=False)
        self.value = nn.Linear(n_embd, head_size, bias=False)
        self.key = nn.Linear(n_embd, head_size, bias=False)
        self.register_buffer("tril", torch.ones(block_size, block_size).tril())
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        out = []
        for t in range(x.shape[1]):
            past = x[:, : t + 1]
            q, k, v = self.query(x[:, t]), self.key(past), self.value(past)
            scores = (q[:, None] * k).sum(2) / math.sqrt(k.shape[2])
            out.append((self.dropout(scores.softmax(1))[:, :, None] * v).sum(1))
        return torch.stack(out, 1)


head.misconception_by_edit(
    "no_scale",
    " * k.shape[-1] ** -0.5",
    "",
    symptom="The causal structure is right, and the weights are too sharp.",
    question="How large is a dot product of two random vectors of many numbers?",
    rule="A sum of products grows with the number of terms. Bring the scores back to unit size first.",
)
head.misconception_by_edit(
    "scaled_by_the_embedding_width",
    "k.shape[-1] ** -0.5",
    "x.shape[-1] ** -0.5",
    symptom="The scores are of the wrong size whenever the head is narrower than the embedding.",
    question="How many products does one entry of the scores add up?",
    rule="What counts is the length of the vectors that are multiplied, and not that of the input.",
)
head.misconception_by_edit(
    "scaled_by_time",
    "k.shape[-1] ** -0.5",
    "T**-0.5",
    symptom="The scores are of the wrong size, and it depends on the length of the text.",
    question="Which axis of the keys did you ask for its size, and was it before or after transposing?",
    rule="The scale comes from the width of a head. After a transposition the last axis is another one.",
)
head.misconception_by_edit(
    "divided_by_the_head_size",
    "k.shape[-1] ** -0.5",
    "k.shape[-1] ** -1",
    symptom="The weights are too even.",
    question="How do the variance of a sum and its typical size depend on the number of terms?",
    rule="The variance grows with the number of terms, the size only with its root.",
)
head.misconception_by_edit(
    "no_mask",
    'scores = scores.masked_fill(self.tril[:T, :T] == 0, float("-inf"))',
    "scores = scores + 0",
    symptom="Tokens see what comes after them.",
    question="Change the last token: which outputs may change?",
    rule="A model that predicts the next token must not be shown it.",
)
head.misconception_by_edit(
    "masked_with_zero",
    'float("-inf")',
    "0.0",
    symptom="Tokens that come later still get weight.",
    question="What does the softmax make of a score of zero?",
    rule="Before a softmax, zero is a score like any other. No weight needs the lowest score there is.",
)
head.misconception_by_edit(
    "sees_only_the_future",
    "self.tril[:T, :T] == 0",
    "self.tril[:T, :T].T == 0",
    symptom="Tokens see what comes after them, and not what came before.",
    question="Which axis of the scores is the one that asks?",
    rule="Row t belongs to the token that looks, and its columns are what it may look at.",
)
head.misconception_by_edit(
    "masked_after_the_softmax",
    """scores = scores.masked_fill(self.tril[:T, :T] == 0, float("-inf"))
        weights = self.dropout(scores.softmax(dim=-1))""",
    """weights = scores.softmax(dim=-1).masked_fill(self.tril[:T, :T] == 0, 0.0)
        weights = self.dropout(weights)""",
    symptom="The weights of a token sum to less than one.",
    question="Which scores does the denominator of the softmax add up?",
    rule="The softmax shares out one unit of weight. Who may not get any must be hidden before.",
)
head.misconception_by_edit(
    "does_not_see_itself",
    "self.tril[:T, :T] == 0",
    "self.tril[:T, :T].tril(-1) == 0",
    symptom="The first token of every text comes out as NaN.",
    question="Whom may the first token look at?",
    rule="A token sees itself and everything before it. A softmax over nothing has no value.",
)
head.misconception_by_edit(
    "softmax_over_the_queries",
    "softmax(dim=-1)",
    "softmax(dim=-2)",
    symptom="The weights of a token don't sum to one, and later tokens change earlier outputs.",
    question="Who shares out the weight: the token that looks, or the one that is looked at?",
    rule="Each token shares one unit of weight among those it sees. A square table hides a wrong axis.",
)
head.misconception_by_edit(
    "softmax_over_the_batch",
    "softmax(dim=-1)",
    "softmax(dim=0)",
    symptom="Where the mask hides an entry, NaN comes out.",
    question="Which axis is the batch, and do its texts know of each other?",
    rule="The texts of a batch are strangers. No operation of a head joins them.",
)
head.misconception_by_edit(
    "key_and_query_swapped",
    "q @ k.transpose(-2, -1)",
    "k @ q.transpose(-2, -1)",
    symptom="The causal structure is right, rows sum to one, and the numbers are wrong.",
    question="Which of the two layers speaks for the token that looks?",
    rule="A row of the scores is one query against all keys. The shape is the same either way.",
)
head.misconception_by_edit(
    "adds_up_the_input",
    "return weights @ v",
    "return weights @ x",
    symptom="The result has the width of the embedding and not that of the head.",
    question="What does a token hand over to those that look at it?",
    rule="The value is what a token says, and it may be something other than what it is.",
)
head.misconception_by_edit(
    "pooled_across_the_batch",
    "return weights @ v",
    "return weights @ v.mean(dim=0, keepdim=True)",
    symptom="The output for one text depends on the other texts of the batch.",
    question="Change one text: which outputs may change?",
    rule="The texts of a batch are strangers. No operation of a head joins them.",
)
head.misconception_by_edit(
    "mask_is_a_parameter",
    'self.register_buffer("tril", torch.tril(torch.ones(block_size, block_size)))',
    "self.tril = nn.Parameter(torch.tril(torch.ones(block_size, block_size)))",
    symptom="There is one parameter more than there should be.",
    question="Should an optimizer change the mask?",
    rule="A parameter is trained. What belongs to a module and is not trained has another name in torch.",
)
head.misconception_by_edit(
    "mask_is_a_plain_attribute",
    'self.register_buffer("tril", torch.tril(torch.ones(block_size, block_size)))',
    "self.tril = torch.tril(torch.ones(block_size, block_size))",
    symptom="The output is right, but the module doesn't know of its mask.",
    question="What happens to this tensor when the model moves to a graphics card?",
    rule="A module moves and saves what is registered with it. A tensor in a plain attribute stays behind.",
)
head.misconception_by_edit(
    "mask_is_not_saved",
    "torch.ones(block_size, block_size)))",
    "torch.ones(block_size, block_size)), persistent=False)",
    symptom="The output is right, but the mask is missing where the module is saved.",
    question="What does state_dict() of your module list?",
    rule="A buffer is saved with its module, unless it is registered as one that can be made anew.",
)
head.misconception_by_edit(
    "whole_mask_always",
    "self.tril[:T, :T]",
    "self.tril",
    symptom="Texts shorter than the block raise an error.",
    question="How large are the scores of a text of three tokens?",
    rule="The mask is made for the longest text. Each call uses as much of it as it needs.",
)
head.misconception_by_edit(
    "value_with_a_bias",
    "self.value = nn.Linear(n_embd, head_size, bias=False)",
    "self.value = nn.Linear(n_embd, head_size)",
    symptom="There is one parameter more than there should be.",
    question="What does a linear layer have where nothing else is said?",
    rule="The three layers of a head are plain products. Read what the layer adds by default.",
)
head.misconception_by_edit(
    "no_dropout",
    "self.dropout(scores.softmax(dim=-1))",
    "scores.softmax(dim=-1)",
    symptom="The output is right in eval mode, and in training nothing is dropped.",
    question="Where is the dropout layer used?",
    rule="A layer that is made and never called does nothing.",
)
head.misconception_by_edit(
    "dropout_before_the_softmax",
    "self.dropout(scores.softmax(dim=-1))",
    "self.dropout(scores).softmax(dim=-1)",
    symptom="In training other things are dropped than whole weights.",
    question="What does the softmax make of a score that was set to zero?",
    rule="Dropping a score doesn't cut a connection: it gives it an ordinary weight.",
)
head.misconception_by_edit(
    "dropout_on_the_output",
    "weights = self.dropout(scores.softmax(dim=-1))\n        return weights @ v",
    "weights = scores.softmax(dim=-1)\n        return self.dropout(weights @ v)",
    symptom="In training single channels are dropped.",
    question="What is cut at random here: a channel, or the view of one token on another?",
    rule="Dropout on the weights hides whole tokens from each other.",
)
head.misconception_by_edit(
    "dropout_in_eval_too",
    "self.dropout(scores.softmax(dim=-1))",
    "nn.functional.dropout(scores.softmax(dim=-1))",
    symptom="In eval mode some weights are still dropped.",
    question="How does the function that you call know whether the module is being trained?",
    rule="A dropout layer knows the mode of its module. The function of the same name has to be told.",
)

head.misconception_by_edit(
    "zero_scores_hidden_too",
    'scores = scores.masked_fill(self.tril[:T, :T] == 0, float("-inf"))',
    'scores = (scores * self.tril[:T, :T]).masked_fill(scores * self.tril[:T, :T] == 0, float("-inf"))',
    symptom="Some tokens before a position are hidden from it, those whose score is 0, or nothing is left.",
    question="Does a score of exactly 0 say that a token may not be seen?",
    rule="What may be seen is decided by the places alone, and never by what stands there.",
)
head.misconception_by_edit(
    "dropout_without_its_rate",
    "        self.dropout = nn.Dropout(dropout)\n",
    "        self.dropout = nn.Dropout()\n",
    symptom="In training whole weights are dropped, but not as many as asked for.",
    question="Which rate has a dropout layer that is given none?",
    rule="An argument with a default is easily forgotten: nothing complains.",
)


# -- several heads --------------------------------------------------------------------------------------


def several_heads(draw: Draw) -> dict[str, object]:
    """Heads that are plain linear layers: to this class a head is anything that takes x."""
    B, T, n, size = (draw.sizes[letter] for letter in "BTNS")
    C = n * size
    return {
        "x": draw.normal(B, T, C),
        "heads": [draw.normal(size, C) for _ in range(n)],
        "weight": draw.normal(C, C),
        "bias": draw.normal(C),
        "dropout": draw.pick([0.25, 0.75]),
    }


@grades(
    "multi_head_attention",
    case_of=several_heads,
    minimum={"T": 3, "N": 2, "S": 1, "B+2": 4},  # so that two texts and two heads can go together
    largest={"T": 6, "N": 4, "S": 4, "B+2": 6},
    derived={"B": lambda size: size["B+2"] - 2},
    examples=6,
    false_positive=DROPOUT_IS_MISSED,
    parts={name: (name,) for name in ("parameters", "output")},
)
def multi_head(x, heads, weight, bias, dropout):
    shapes = {f"heads.{i}.weight": list(W.shape) for i, W in enumerate(heads)}
    return {
        "parameters": {**shapes, "proj.weight": list(weight.shape), "proj.bias": list(bias.shape)},
        "output": x @ torch.cat(heads).T @ weight.T + bias,
        "in training": "single numbers are dropped",
        "without a rate": "nothing is dropped",
        "backward": LEARNS,
    }


@multi_head.play
def play_multi_head(student, x: Tensor, heads: list[Tensor], weight: Tensor, bias: Tensor, dropout: float):
    C = x.shape[2]
    make_head = remote_function(f"def make_head(size):\n    return torch.nn.Linear({C}, size, bias=False)")
    sizes = {"make_head": make_head, "n_head": len(heads), "n_embd": C}
    weights = {f"heads.{i}.weight": W for i, W in enumerate(heads)}
    weights |= {"proj.weight": weight, "proj.bias": bias}
    answer = looked_at(student, sizes, dropout, weights, x, whole=False)
    del answer["tril"]
    return answer


@multi_head.alternative
class FilledByALoop(nn.Module):
    def __init__(self, make_head, n_head, n_embd, dropout=0.0):
        super().__init__()
        self.heads = nn.ModuleList()
        for _ in range(n_head):
            self.heads.append(make_head(n_embd // n_head))
        self.proj = nn.Linear(n_embd, n_embd)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        out = torch.empty_like(x)
        first = 0
        for h in self.heads:
            part = h(x)
            out[..., first : first + part.shape[2]] = part
            first += part.shape[2]
        return self.dropout(self.proj(out))


@multi_head.alternative
class StackedAndFlattened(nn.Module):
    def __init__(self, make_head, n_head, n_embd, dropout=0.0):
        super().__init__()
        size, rest = divmod(n_embd, n_head)
        assert not rest
        self.heads = nn.ModuleList(make_head(size) for _ in range(n_head))
        self.proj, self.dropout = nn.Linear(n_embd, n_embd, bias=True), nn.Dropout(dropout)

    def forward(self, x):
        stacked = torch.stack([h(x) for h in self.heads], dim=2)  # (B, T, n_head, size)
        return self.dropout(self.proj(stacked.flatten(2)))


@multi_head.alternative
class AddedUp(nn.Module):
    """The projection of the joined heads is the sum of a projection for each."""

    def __init__(self, make_head, n_head, n_embd, dropout=0.0):
        super().__init__()
        self.heads = nn.ModuleList([make_head(n_embd // n_head) for _ in range(n_head)])
        self.proj = nn.Linear(n_embd, n_embd)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        pieces = self.proj.weight.chunk(len(self.heads), dim=1)
        return self.dropout(sum(h(x) @ W.T for h, W in zip(self.heads, pieces, strict=True)) + self.proj.bias)


multi_head.misconception_by_edit(
    "heads_in_a_plain_list",
    "nn.ModuleList([make_head(size) for _ in range(n_head)])",
    "[make_head(size) for _ in range(n_head)]",
    symptom="The weights of the heads are missing among the parameters.",
    question="How would an optimizer find the heads?",
    rule="A module knows the modules in its attributes, and not those in a list that is a plain Python list.",
)
multi_head.misconception_by_edit(
    "one_head_many_times",
    "nn.ModuleList([make_head(size) for _ in range(n_head)])",
    "nn.ModuleList([make_head(size)] * n_head)",
    symptom="There are the weights of one head only.",
    question="How often did you make a head?",
    rule="A list that is multiplied holds one object many times. Heads should look for different things.",
)
multi_head.misconception_by_edit(
    "every_head_as_wide_as_all",
    "size = n_embd // n_head",
    "size = n_embd",
    symptom="The heads are too wide.",
    question="How wide is the result if all heads are joined?",
    rule="The heads share the width of the embedding: several heads cost no more than one.",
)
multi_head.misconception_by_edit(
    "joined_along_time",
    "dim=-1)  # (B, T, C)",
    "dim=1)",
    symptom="The joined heads don't fit the projection.",
    question="What does a token know after all heads have looked?",
    rule="Each head adds channels to every token. The number of tokens stays.",
)
multi_head.misconception_by_edit(
    "heads_added_up",
    "torch.cat([head(x) for head in self.heads], dim=-1)",
    "sum(head(x) for head in self.heads).repeat(1, 1, len(self.heads))",
    symptom="The output mixes all heads into one.",
    question="Can the projection still tell what each head has found?",
    rule="Heads are joined side by side. What is added up cannot be told apart afterwards.",
)
multi_head.misconception_by_edit(
    "channels_interleaved",
    "torch.cat([head(x) for head in self.heads], dim=-1)",
    "torch.stack([head(x) for head in self.heads], dim=-1).flatten(2)",
    symptom="All numbers of the heads are there, in another order.",
    question="Which channels of the joined tensor belong to the first head?",
    rule="All channels of the first head come first, then all of the second.",
)
multi_head.misconception_by_edit(
    "heads_in_reverse",
    "[head(x) for head in self.heads]",
    "[head(x) for head in self.heads[::-1]]",
    symptom="All numbers of the heads are there, in another order.",
    question="Which channels of the joined tensor belong to the first head?",
    rule="All channels of the first head come first, then all of the second.",
)
multi_head.misconception_by_edit(
    "no_projection",
    "self.dropout(self.proj(joined))",
    "self.dropout(joined)",
    symptom="The output doesn't depend on the projection.",
    question="Who mixes what the heads have found?",
    rule="After joining, each channel still belongs to one head. The projection lets them speak together.",
)
multi_head.misconception_by_edit(
    "projection_without_bias",
    "nn.Linear(n_embd, n_embd)",
    "nn.Linear(n_embd, n_embd, bias=False)",
    symptom="The bias of the projection is missing.",
    question="Which layers of this unit have a bias, and which don't?",
    rule="Only key, query and value go without one.",
)
multi_head.misconception_by_edit(
    "no_dropout",
    "self.dropout(self.proj(joined))",
    "self.proj(joined)",
    symptom="The output is right in eval mode, and in training nothing is dropped.",
    question="Where is the dropout layer used?",
    rule="A layer that is made and never called does nothing.",
)
multi_head.misconception_by_edit(
    "dropout_before_the_projection",
    "self.dropout(self.proj(joined))",
    "self.proj(self.dropout(joined))",
    symptom="In training the output changes everywhere, where single numbers should vanish.",
    question="Which of the two layers comes last?",
    rule="What is dropped before a linear layer changes all of its outputs.",
)

multi_head.misconception_by_edit(
    "dropout_without_its_rate",
    "        self.dropout = nn.Dropout(dropout)\n",
    "        self.dropout = nn.Dropout()\n",
    symptom="In training numbers are dropped, but not as many as asked for.",
    question="Which rate has a dropout layer that is given none?",
    rule="An argument with a default is easily forgotten: nothing complains.",
)


# -- feed-forward ---------------------------------------------------------------------------------------


def wide(draw: Draw) -> dict[str, object]:
    """Tokens and the weights of both layers."""
    B, T, C = (draw.sizes[letter] for letter in "BTC")
    return {
        "x": draw.normal(B, T, C),
        "W1": draw.normal(4 * C, C),
        "b1": draw.normal(4 * C),
        "W2": draw.normal(C, 4 * C),
        "b2": draw.normal(C),
        "dropout": draw.pick([0.25, 0.75]),
    }


@grades(
    "feed_forward_module",
    case_of=wide,
    minimum={**SIZES, "C": 1},
    largest=LARGEST,
    examples=6,
    false_positive=DROPOUT_IS_MISSED,
    parts={name: (name,) for name in ("parameters", "output")},
)
def feed_forward(x, W1, b1, W2, b2, dropout):
    weights = {"net.0.weight": W1, "net.0.bias": b1, "net.2.weight": W2, "net.2.bias": b2}
    return {
        "parameters": {name: list(weight.shape) for name, weight in weights.items()},
        "output": (x @ W1.T + b1).clamp(min=0) @ W2.T + b2,
        "in training": "single numbers are dropped",
        "without a rate": "nothing is dropped",
        "backward": LEARNS,
    }


@feed_forward.play
def play_feed_forward(student, x: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor, dropout: float):
    weights = {"net.0.weight": W1, "net.0.bias": b1, "net.2.weight": W2, "net.2.bias": b2}
    answer = looked_at(student, {"n_embd": x.shape[2]}, dropout, weights, x, whole=False)
    del answer["tril"]
    return answer


@feed_forward.alternative
class OneByOne(nn.Module):
    def __init__(self, n_embd, dropout=0.0):
        super().__init__()
        inner = 4 * n_embd
        layers = [nn.Linear(n_embd, inner), nn.ReLU(inplace=True), nn.Linear(inner, n_embd)]
        self.net = nn.Sequential(*layers, nn.Dropout(p=dropout))

    def forward(self, x):
        for layer in self.net:
            x = layer(x)
        return x


@feed_forward.alternative
class TokensAsOneBatch(nn.Module):
    def __init__(self, n_embd: int, dropout: float = 0.0):
        super().__init__()
        self.net = nn.Sequential()
        self.net.append(nn.Linear(n_embd, n_embd * 4))
        self.net.append(nn.ReLU())
        self.net.append(nn.Linear(n_embd * 4, n_embd))
        self.net.append(nn.Dropout(dropout))

    def forward(self, x):
        return self.net(x.reshape(-1, x.shape[-1])).reshape(x.shape)


@feed_forward.alternative
class OwnLayersInARow(nn.Module):
    """The hidden units in four groups of n_embd each, whose results are added up."""

    def __init__(self, n_embd, dropout=0.0):
        super().__init__()
        up, down = nn.Linear(n_embd, 4 * n_embd, bias=True), nn.Linear(4 * n_embd, n_embd, bias=True)
        self.net = nn.Sequential(*(up, nn.ReLU(), down, nn.Dropout(dropout)))

    def forward(self, x):
        up, down = self.net[0], self.net[2]
        groups = zip(up.weight.chunk(4), up.bias.chunk(4), down.weight.chunk(4, dim=1), strict=True)
        found = [torch.relu(nn.functional.linear(x, W1, b1)) @ W2.T for W1, b1, W2 in groups]
        return self.net[3](sum(found) + down.bias)


feed_forward.misconception_by_edit(
    "no_nonlinearity",
    "nn.ReLU()",
    "nn.Identity()",
    symptom="The output is that of one linear layer.",
    question="What do two linear layers in a row amount to?",
    rule="Without a bend between them, two linear layers are one.",
)
feed_forward.misconception_by_edit(
    "gelu_in_place_of_relu",
    "nn.ReLU()",
    "nn.GELU()",
    symptom="Numbers near zero are wrong.",
    question="Which function is asked for, and which one do later models use?",
    rule="Smooth relatives of the ReLU agree with it far from zero only.",
)
feed_forward.misconception_by_edit(
    "relu_at_the_end",
    """            nn.ReLU(),
            nn.Linear(4 * n_embd, n_embd),
            nn.Dropout(dropout),""",
    """            nn.ReLU(),
            nn.Linear(4 * n_embd, n_embd),
            nn.ReLU(),""",
    symptom="No number of the output is negative.",
    question="What can this part add to the residual path if it is never negative?",
    rule="The last linear layer has the last word: it must be able to say less.",
)


@feed_forward.misconception(
    symptom="The layers are as wide as the embedding.",
    question="How wide is the hidden layer to be?",
    rule="The hidden layer is wider than what goes in and comes out, by the factor that the task names.",
)
class NotWider(nn.Module):
    def __init__(self, n_embd, dropout=0.0):
        super().__init__()
        layers = [nn.Linear(n_embd, n_embd), nn.ReLU(), nn.Linear(n_embd, n_embd), nn.Dropout(dropout)]
        self.net = nn.Sequential(*layers)

    def forward(self, x):
        return self.net(x)


@feed_forward.misconception(
    symptom="There is only one linear layer.",
    question="How does the result get back to the width of the embedding after a wider layer?",
    rule="First up, then the bend, then down again. The lecture's first version had one layer only.",
)
class OneLayer(nn.Module):
    def __init__(self, n_embd, dropout=0.0):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(n_embd, n_embd), nn.ReLU(), nn.Dropout(dropout))

    def forward(self, x):
        return self.net(x)


feed_forward.misconception_by_edit(
    "mixes_the_tokens",
    "return self.net(x)",
    "return self.net(x.mean(dim=1, keepdim=True).expand(x.shape))",
    symptom="All tokens of a text get the same output.",
    question="May a token hear of another one here?",
    rule="Talking is the part of attention. Here every token is by itself.",
)
feed_forward.misconception_by_edit(
    "residual_path_inside",
    "return self.net(x)",
    "return x + self.net(x)",
    symptom="The input is added to the output.",
    question="Whose task is the residual path?",
    rule="The block adds. If the part adds too, the input is there twice.",
)
feed_forward.misconception_by_edit(
    "no_dropout",
    "nn.Dropout(dropout)",
    "nn.Identity()",
    symptom="The output is right in eval mode, and in training nothing is dropped.",
    question="Which four layers does the task name?",
    rule="A rate that nobody uses drops nothing.",
)
feed_forward.misconception_by_edit(
    "dropout_at_a_fixed_rate",
    "nn.Dropout(dropout)",
    "nn.Dropout()",
    symptom="In training the numbers that stay are not scaled as the given rate asks.",
    question="Which rate reaches the layer?",
    rule="An argument that is given is to be used as it is.",
)


# -- the block ------------------------------------------------------------------------------------------

# Parts that mix tokens or channels, so that no order of steps can be mistaken for another.
SA = remote_function("""
def sa(x):
    return 0.5 * x.cumsum(dim=1).tanh() + 1
""")
FFWD = remote_function("""
def ffwd(x):
    return x.flip(-1) * x
""")


# C >= 4, since layer norm of two numbers is always -1 and 1.
@grades(
    "prenorm_block",
    minimum={"B": 1, "T": 2, "C": 4},
    largest={**LARGEST, "C": 7},
    examples=6,
    parts={name: (name,) for name in ("parameters", "output")},
)
def block(x: Float[Tensor, "B T C"], gain1, bias1, gain2, bias2):
    C = x.shape[2]
    r = x + SA(F.layer_norm(x, (C,), gain1, bias1))
    return {
        "parameters": {f"{name}.{part}": [C] for name in ("ln1", "ln2") for part in ("weight", "bias")},
        "output": r + FFWD(F.layer_norm(r, (C,), gain2, bias2)),
        "backward": LEARNS,
    }


@block.play
def play_block(
    student,
    x: Float[Tensor, "B T C"],
    gain1: Float[Tensor, "C"],
    bias1: Float[Tensor, "C"],
    gain2: Float[Tensor, "C"],
    bias2: Float[Tensor, "C"],
):
    module = student(x.shape[2], sa=SA, ffwd=FFWD)
    weights = {"ln1.weight": gain1, "ln1.bias": bias1, "ln2.weight": gain2, "ln2.bias": bias2}
    fit, shapes, _ = student.run(_FILL, module, weights)
    output, backward = (module(x), student.run(_ONLY_LEARN, module, x)) if fit else (None, None)
    return {"parameters": shapes, "output": output, "backward": backward}


@block.alternative
class StepByStep(nn.Module):
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


@block.alternative
class TwoOfAKind(nn.Module):
    def __init__(self, n_embd, sa, ffwd):
        super().__init__()
        self.sa, self.ffwd = sa, ffwd
        self.ln1, self.ln2 = nn.LayerNorm([n_embd], eps=1e-5), nn.LayerNorm([n_embd], eps=1e-5)

    def forward(self, x):
        for norm, part in ((self.ln1, self.sa), (self.ln2, self.ffwd)):
            x = torch.add(x, part(norm(x)))
        return x


@block.alternative
class NormsByHand(nn.Module):
    """The residual path as a sum that grows, and norms written out."""

    def __init__(self, n_embd, sa, ffwd):
        super().__init__()
        self.ln1, self.ln2 = nn.LayerNorm(n_embd), nn.LayerNorm(n_embd)
        self.sa, self.ffwd = sa, ffwd

    def normed(self, x, norm):
        diff = x - x.mean(-1, keepdim=True)
        return diff / (diff.square().mean(-1, keepdim=True) + norm.eps).sqrt() * norm.weight + norm.bias

    def forward(self, x):
        added = [x]
        added.append(self.sa(self.normed(x, self.ln1)))
        added.append(self.ffwd(self.normed(sum(added), self.ln2)))
        return torch.stack(added).sum(0)


block.misconception_by_edit(
    "no_residual_path",
    """x = x + self.sa(self.ln1(x))
        return x + self.ffwd(self.ln2(x))""",
    """x = self.sa(self.ln1(x))
        return self.ffwd(self.ln2(x))""",
    symptom="The input is not to be found in the output.",
    question="What comes out of a block whose parts both answer zero?",
    rule="Each part adds to what is there. The sum is the highway on which gradients reach the first layer.",
)
block.misconception_by_edit(
    "second_residual_missing",
    "return x + self.ffwd",
    "return self.ffwd",
    symptom="The second step replaces what it should add to.",
    question="What comes out of a block whose parts both answer zero?",
    rule="Each part has a residual path of its own.",
)
block.misconception_by_edit(
    "first_residual_missing",
    "x = x + self.sa",
    "x = self.sa",
    symptom="The first step replaces what it should add to.",
    question="What comes out of a block whose parts both answer zero?",
    rule="Each part has a residual path of its own.",
)
block.misconception_by_edit(
    "norm_on_the_residual_path",
    """x = x + self.sa(self.ln1(x))
        return x + self.ffwd(self.ln2(x))""",
    """x = self.ln1(x)
        x = x + self.sa(x)
        x = self.ln2(x)
        return x + self.ffwd(x)""",
    symptom="The residual path is normalised.",
    question="Which of the two terms of each sum should be untouched?",
    rule="A normalised copy goes into the part; what the part adds to is the original.",
)
block.misconception_by_edit(
    "post_norm",
    """x = x + self.sa(self.ln1(x))
        return x + self.ffwd(self.ln2(x))""",
    """x = self.ln1(x + self.sa(x))
        return self.ln2(x + self.ffwd(x))""",
    symptom="The output is normalised.",
    question="Does the norm come before the part or after the sum?",
    rule="The figure of 2017 normalises after the sum. Since then it is usual to do so before the part.",
)
block.misconception_by_edit(
    "norm_after_the_part",
    """x = x + self.sa(self.ln1(x))
        return x + self.ffwd(self.ln2(x))""",
    """x = x + self.ln1(self.sa(x))
        return x + self.ln2(self.ffwd(x))""",
    symptom="What the parts answer is normalised, and not what they are given.",
    question="Does the norm come before the part or after it?",
    rule="Pre-norm: a part is given well-behaved numbers, and may answer what it likes.",
)
block.misconception_by_edit(
    "no_norms",
    """x = x + self.sa(self.ln1(x))
        return x + self.ffwd(self.ln2(x))""",
    """x = x + self.sa(x)
        return x + self.ffwd(x)""",
    symptom="The parts are given numbers that are not normalised.",
    question="Where are the two layer norms used?",
    rule="A layer that is made and never called does nothing.",
)
block.misconception_by_edit(
    "one_norm_for_both",
    "self.ffwd(self.ln2(x))",
    "self.ffwd(self.ln1(x))",
    symptom="The second step uses gain and bias of the first norm.",
    question="Which norm belongs to which part?",
    rule="Each norm has a gain and a bias of its own, because each part wants other numbers.",
)
block.misconception_by_edit(
    "norms_swapped",
    """x = x + self.sa(self.ln1(x))
        return x + self.ffwd(self.ln2(x))""",
    """x = x + self.sa(self.ln2(x))
        return x + self.ffwd(self.ln1(x))""",
    symptom="Each step uses gain and bias of the other norm.",
    question="Which norm belongs to which part?",
    rule="Fresh norms are all alike, so that the slip shows only after training.",
)
block.misconception_by_edit(
    "both_parts_see_the_input",
    """x = x + self.sa(self.ln1(x))
        return x + self.ffwd(self.ln2(x))""",
    "return x + self.sa(self.ln1(x)) + self.ffwd(self.ln2(x))",
    symptom="The second part doesn't know what the first has added.",
    question="What is the input of the second norm?",
    rule="First the tokens talk, then each thinks about what it has heard.",
)
block.misconception_by_edit(
    "thinks_before_it_talks",
    """x = x + self.sa(self.ln1(x))
        return x + self.ffwd(self.ln2(x))""",
    """x = x + self.ffwd(self.ln2(x))
        return x + self.sa(self.ln1(x))""",
    symptom="The two steps come in the wrong order.",
    question="Which of the two steps comes first?",
    rule="First the tokens talk, then each thinks about what it has heard.",
)
block.misconception_by_edit(
    "written_onto_the_residual_path",
    "x = x + self.sa(self.ln1(x))",
    "x += self.sa(self.ln1(x))",
    symptom="The numbers are right, but the tensor that was handed in holds others afterwards.",
    question="Which tensor does += change, and who else still needs it as it was?",
    rule="A backward pass reads what the forward pass has kept. Make a new tensor, and leave the old one.",
)
