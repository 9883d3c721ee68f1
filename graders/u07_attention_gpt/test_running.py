"""What is true of a context, of text that a model writes, of its loss, and of its training."""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from dojo.grading import Draw, grades, indices, one_of, remote_function

# -- the context ----------------------------------------------------------------------------------------


def text_and_room(draw: Draw) -> dict[str, object]:
    """Texts longer than the block, as long, and shorter."""
    B, L = draw.sizes["B"], draw.sizes["L"]
    room = {0: draw.integer(1, L - 1), 1: L, 2: L + draw.integer(1, 3), 3: L - 1}
    return {
        "idx": torch.arange(B * L).reshape(B, L) + draw.integer(1, 9),
        "block_size": room[draw.integer(0, 3)],
    }


@grades(
    "crop_context",
    case_of=text_and_room,
    minimum={"B": 2, "L": 3},
    largest={"B": 4, "L": 7},
    every=True,
    may_alias=True,
)
def context(idx, block_size):
    return torch.stack([text[max(0, len(text) - block_size) :] for text in idx])


@context.alternative
def by_narrow(idx, block_size):
    T = min(idx.shape[1], block_size)
    return idx.narrow(1, idx.shape[1] - T, T).clone()


@context.alternative
def by_cases(idx, block_size):
    if idx.size(1) <= block_size:
        return idx.clone()
    return idx[:, idx.size(1) - block_size :].contiguous().clone()


@context.alternative
def by_lists(idx, block_size):
    return torch.tensor([row[-block_size:] for row in idx.tolist()])


@context.misconception(
    symptom="The oldest tokens are kept.",
    question="Which tokens say most about the next one?",
    rule="Text grows at its end, so it is forgotten from its start.",
)
def keeps_the_start(idx, block_size):
    return idx[:, :block_size].clone()


@context.misconception(
    symptom="Texts are left out, and not tokens.",
    question="Which axis is the batch, and which one is time?",
    rule="A text that is left out never gets a next token.",
)
def crops_the_batch(idx, block_size):
    return idx[-block_size:].clone()


@context.misconception(
    symptom="Long texts stay as long as they are.",
    question="What does a model do with a place that has no row in its table?",
    rule="The table of places ends with the block.",
)
def crops_nothing(idx, block_size):
    return idx.clone()


@context.misconception(
    symptom="One token is missing.",
    question="How many tokens may the model see at once?",
    rule="A block of eight sees eight tokens and predicts the ninth.",
)
def one_token_too_few(idx, block_size):
    return idx[:, max(0, idx.shape[1] - block_size + 1) :].clone()


@context.misconception(
    symptom="Short texts are filled up.",
    question="What should happen to a text that is short enough?",
    rule="A model that is made for any length up to the block needs no padding.",
)
def short_texts_padded(idx, block_size):
    B, L = idx.shape
    padding = torch.zeros(B, max(0, block_size - L), dtype=idx.dtype)
    return torch.cat([padding, idx], dim=1)[:, -block_size:]


@context.misconception(
    symptom="Short texts lose tokens.",
    question="Where does your slice begin if the text is shorter than the block?",
    rule="A start that has become negative counts from the end. Don't let it go below zero.",
)
def start_below_zero(idx, block_size):
    return idx[:, idx.shape[1] - block_size :].clone()


@context.alternative
def a_view(idx, block_size):
    return idx[:, -block_size:]


# -- generate -------------------------------------------------------------------------------------------


def surely(V: int, block_size: int):
    """A model that is certain of each next token, which depends on all that it sees. It has no place for more
    than a block, as a GPT has none, and refuses to be asked while autograd records."""
    return remote_function(f"""
def model(idx, targets=None):
    if torch.is_grad_enabled():
        raise AssertionError("the model was called while autograd records: use torch.no_grad()")
    if idx.shape[1] > {block_size}:
        raise IndexError("a text longer than block_size has no place in the table of positions")
    ahead = (2 * idx + idx.cumsum(1) + torch.arange(idx.shape[1])) % {V}
    return 1000.0 * torch.nn.functional.one_hot(ahead, {V}), None
""")


# What a case's texts become, and how tokens are drawn, in words. After token v comes token (v + 7) % 51 with
# probability 0.5, each other one with 0.01: that makes the shares sensitive to a temperature (at 0.9 the
# likeliest comes in 61 % of cases) and shows each token that is never drawn. 1,000 texts start with 0, as
# many with 1, and get two tokens. By Chernoff's bound the share of an outcome of probability p among n
# independent draws is so far off that n KL(share, p) > 35 with a probability below 2 exp(-35) = 1.3e-15;
# fewer than 300 shares are looked at in a case, and a grading has fewer than 100 cases. And one of 51 tokens
# is missing among some 2,900 draws or more (those in which it is not the likeliest) with a probability below
# 51 * 0.99**2900 = 1.2e-11, with the same random numbers in each case. So all in all a right answer fails
# here with a probability below 1e-9. All in one call: calls take most time.
SHARES_ARE_OFF = 1e-9
_DRAWN = remote_function("""
def drawn(generate, model, idx, n, block_size):
    table = torch.full((51, 51), 0.01)
    table[torch.arange(51), (torch.arange(51) + 7) % 51] = 0.5
    table = table.log() + 5 + torch.arange(51)[:, None]

    def steep(idx, targets=None):
        return table[idx], None

    def off(outcomes, shares):  # outcomes counted from 0, and how probable each of them is
        count = len(outcomes)
        counts = torch.bincount(outcomes, minlength=len(shares)).double() / count
        gaps = torch.xlogy(counts, counts / shares) + torch.xlogy(1 - counts, (1 - counts) / (1 - shares))
        return bool((count * gaps > 35).any())

    torch.default_generator.manual_seed(1)  # so that a mistake that draws other numbers can be recognised
    texts = generate(model, idx, n, block_size)
    torch.default_generator.manual_seed(1)
    start = torch.tensor([[0], [1]]).repeat(1000, 1)
    try:
        text = generate(steep, start, 2, 4)
    except Exception as error:
        return texts, "they cannot be drawn: " + type(error).__name__
    if not isinstance(text, torch.Tensor) or text.shape != (2000, 3) or text.min() < 0 or text.max() > 50:
        return texts, "they are not tokens of the model"
    torch.default_generator.manual_seed(2)
    if torch.equal(text[:, :2], generate(steep, start, 1, 4)):
        likeliest = torch.equal(text[:, 1:], (text[:, :-1] + 7) % 51)
        return texts, "always the likeliest one" if likeliest else "the same ones again in every call"
    if all(bool((text[k::2, 1] == text[k, 1]).all()) for k in (0, 1)):
        return texts, "one for all texts with the same beginning"

    steps = (text.diff(dim=1) - 7) % 51  # 0: the likeliest one
    one = torch.full((51,), 0.01)
    one[0] = 0.5
    both, pair = torch.full((4,), 0.25), torch.tensor([0.255, 0.745])
    first, second = steps[:, 0], steps[:, 1]
    looked_at = [(steps.flatten(), one), *((steps[k::2, j], one) for k in (0, 1) for j in (0, 1))]
    if any(off(outcomes, shares) for outcomes, shares in looked_at):
        parts = (first[::2], first[1::2], second)
        often = [round(20 * float((part == 0).double().mean())) * 5 for part in parts]
        return texts, "the likeliest in {}, {}, {} % of cases and not in 50 %".format(*often)
    missing = 51 - len(text[:, 1:][steps > 0].unique())
    if missing:
        return texts, f"never {missing} of 51 that the model allows"
    if off(2 * (first > 0) + (second > 0), both):
        return texts, "the second one goes by the first draw"
    if any(off((part[::2] != part[1::2]).long(), pair) for part in (first, second)):
        return texts, "one text goes by the draw of another"
    return texts, "as often as the model says"
""")


def beginnings(draw: Draw) -> dict[str, object]:
    """Texts that begin shorter or longer than the block, and grow well beyond it."""
    B, L, V = (draw.sizes[letter] for letter in "BLV")
    block_size = draw.integer(2, 4)
    n = draw.pick([1, 2, block_size + 2, 3 * block_size])
    return {"idx": indices("V")(draw, (B, L)), "n": n, "block_size": block_size, "V": V}


@grades(
    "generate",
    case_of=beginnings,
    minimum={"B": 2, "L": 1, "V": 4},
    largest={"B": 4, "L": 6, "V": 9},
    one="B",  # a single text is what is continued most often
    examples=8,
    false_positive=SHARES_ARE_OFF,
)
def text(idx, n, block_size, V):
    texts = idx.tolist()
    for words in texts:
        for _ in range(n):
            seen = words[-block_size:]
            words.append((2 * seen[-1] + sum(seen) + len(seen) - 1) % V)
    return {"texts": torch.tensor(texts), "tokens come": "as often as the model says"}


@text.play
def play_text(student, idx: Tensor, n: int, block_size: int, V: int):
    texts, drawn = student.run(_DRAWN, student, surely(V, block_size), idx, n, block_size)
    return {"texts": texts, "tokens come": drawn}


@text.alternative
def with_uniform_numbers(model, idx, n, block_size):
    out = idx.clone()
    for _ in range(n):
        with torch.no_grad():
            probs = torch.softmax(model(out[:, -block_size:])[0][:, -1, :], dim=1)
        below = probs.cumsum(1) < torch.rand(len(out), 1)
        out = torch.cat((out, below.sum(1, keepdim=True).clamp(max=probs.shape[1] - 1)), dim=1)
    return out


@text.alternative
def by_gumbel_noise(model, idx, n, block_size):
    tokens = [idx]
    for _ in range(n):
        with torch.no_grad():
            logits, _ = model(torch.cat(tokens, 1)[:, -block_size:])
        noise = -torch.log(-torch.log(torch.rand(logits.shape[0], logits.shape[2])))
        tokens.append((logits[:, -1] + noise).argmax(-1)[:, None])
    return torch.cat(tokens, dim=1)


@text.alternative
def into_a_table(model, idx, n, block_size):
    B, L = idx.shape
    table = torch.zeros(B, L + n, dtype=torch.long)
    table[:, :L] = idx
    for t in range(L, L + n):
        with torch.no_grad():
            logits = model(table[:, max(0, t - block_size) : t])[0]
        weights = (logits[:, -1] - logits[:, -1].max(1, keepdim=True).values).exp()
        table[:, t] = torch.multinomial(weights, 1).squeeze(1)
    return table


text.misconception_by_edit(
    "looks_at_the_first_position",
    "logits[:, -1].softmax",
    "logits[:, 0].softmax",
    symptom="The next token follows from the oldest one that is seen.",
    question="Which position predicts the token after the text?",
    rule="Each position predicts its own next token. The text ends at the last one.",
)
text.misconception_by_edit(
    "mixes_all_positions",
    "logits[:, -1].softmax",
    "logits.mean(dim=1).softmax",
    symptom="The next token follows from the predictions of all positions.",
    question="Which position predicts the token after the text?",
    rule="Each position predicts its own next token. The text ends at the last one.",
)
text.misconception_by_edit(
    "always_the_most_likely",
    "torch.multinomial(probs, num_samples=1)",
    "probs.argmax(dim=-1, keepdim=True)",
    symptom="The same start gives the same text every time.",
    question="What happens to a token of probability 0.4 that stands beside one of 0.6?",
    rule="Whoever always takes the likeliest token ends in a circle. Draw from the probabilities.",
)
text.misconception_by_edit(
    "seeded_in_every_call",
    "    for _ in range(n):\n",
    "    torch.manual_seed(1337)\n    for _ in range(n):\n",
    symptom="Every call writes the same continuation.",
    question="Where do your random numbers start, each time the function is called?",
    rule="A seed is set once, by whoever runs the program. A function that sets it always draws the same.",
)
text.misconception_by_edit(
    "softmax_over_the_batch",
    "logits[:, -1].softmax(dim=-1)",
    "logits[:, -1].softmax(dim=0)",
    symptom="Tokens that no text should get are drawn.",
    question="Among whom is one unit of probability shared?",
    rule="For each text the tokens of the vocabulary compete, and not the texts for a token.",
)
text.misconception_by_edit(
    "softmax_over_time",
    "logits[:, -1].softmax(dim=-1)",
    "logits.softmax(dim=1)[:, -1]",
    symptom="Tokens that no text should get are drawn.",
    question="Among whom is one unit of probability shared?",
    rule="For each text the tokens of the vocabulary compete, and not the positions.",
)
text.misconception_by_edit(
    "logits_taken_for_probabilities",
    "logits[:, -1].softmax(dim=-1)",
    "logits[:, -1].relu()",
    symptom="Tokens don't come as often as the model says.",
    question="What has to be done to logits before they are probabilities?",
    rule="Logits are logarithms up to a constant.",
)
text.misconception_by_edit(
    "softmax_twice",
    "softmax(dim=-1)  # (B, V)",
    "softmax(dim=-1).softmax(dim=-1)",
    symptom="All tokens come nearly equally often.",
    question="How often do the logits pass a softmax?",
    rule="Probabilities lie between zero and one; as logits they say nearly nothing.",
)
text.misconception_by_edit(
    "one_distribution_for_the_batch",
    "torch.multinomial(probs, num_samples=1)",
    "torch.multinomial(probs.mean(dim=0), len(idx), replacement=True)[:, None]",
    symptom="Texts get tokens that belong to other texts.",
    question="How many distributions are there in one step?",
    rule="Each text of a batch goes its own way.",
)
text.misconception_by_edit(
    "text_joined_along_the_batch",
    "torch.cat([idx, token], dim=1)",
    "torch.cat([idx, token.expand(-1, idx.shape[1])], dim=0)",
    symptom="There are more and more texts, and none gets longer.",
    question="Along which axis does a text grow?",
    rule="Axis 0 counts texts, axis 1 their tokens.",
)
text.misconception_by_edit(
    "stored_text_is_cropped",
    "torch.cat([idx, token], dim=1)",
    "torch.cat([idx[:, -block_size:], token], dim=1)",
    symptom="The start of a long text is lost.",
    question="What is to be cropped: the text, or what the model is shown of it?",
    rule="The model's memory is short. Yours need not be.",
)
text.misconception_by_edit(
    "context_from_the_start",
    "model(idx[:, -block_size:])",
    "model(idx[:, :block_size])",
    symptom="As soon as the text is longer than the block, the same prediction is used again and again.",
    question="Which tokens say most about the next one?",
    rule="Text grows at its end, so it is forgotten from its start.",
)
text.misconception_by_edit(
    "never_cropped",
    "model(idx[:, -block_size:])",
    "model(idx)",
    symptom="It works until the text is longer than the block.",
    question="How many rows has the table of positions?",
    rule="A model can be shown no more than it has places for.",
)
text.misconception_by_edit(
    "context_one_too_short",
    "model(idx[:, -block_size:])",
    "model(idx[:, 1 - block_size :])",
    symptom="The model is shown one token less than it can read.",
    question="How many tokens may the model see at once?",
    rule="A block of eight sees eight tokens and predicts the ninth.",
)
text.misconception_by_edit(
    "only_the_last_token_shown",
    "model(idx[:, -block_size:])",
    "model(idx[:, -1:])",
    symptom="The model knows of the last token only.",
    question="Does this model predict from one token, as a bigram does?",
    rule="What a model isn't shown it cannot use.",
)
text.misconception_by_edit(
    "only_the_new_tokens",
    "return idx",
    "return idx[:, -n:]",
    symptom="The result lacks the start.",
    question="With what does the result begin?",
    rule="Read the shape that is asked for: what was given, and n more.",
)
text.misconception_by_edit(
    "one_token_too_many",
    "range(n)",
    "range(n + 1)",
    symptom="The result is one token too long.",
    question="How many tokens are asked for?",
    rule="Count the steps, not the fence posts.",
)
text.misconception_by_edit(
    "graph_recorded",
    """        with torch.no_grad():
            logits, _loss = model(idx[:, -block_size:])  # (B, T, V)""",
    "        logits, _loss = model(idx[:, -block_size:])",
    symptom="The model is called while autograd records.",
    question="Will anybody call backward here?",
    rule="A graph that nobody needs costs memory with every token.",
)


# -- the loss, estimated --------------------------------------------------------------------------------

# The model's loss is the mean of y squared, and much larger in training mode.
_ESTIMATE = remote_function("""
def estimate(estimate_loss, train, val, k, training):
    recorded = []

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = torch.nn.Parameter(torch.ones(()))
            self.dropout = torch.nn.Dropout(0.5)

        def forward(self, x, y):
            recorded.append(torch.is_grad_enabled())
            loss = self.scale * (y**2).mean()
            return x, loss + 100 if self.training or self.dropout.training else loss

    drawn = {"train": 0, "val": 0}

    def get_batch(split):
        batches = {"train": train, "val": val}[split]
        y = batches[drawn[split] % len(batches)]
        drawn[split] += 1
        return torch.zeros_like(y), y

    model = Model().train(training)
    losses = estimate_loss(model, get_batch, k)
    modes = {"training" if part.training else "eval" for part in (model, model.dropout)}
    values = losses.values() if isinstance(losses, dict) else [losses]
    graph = any(recorded) or any(isinstance(v, torch.Tensor) and v.requires_grad for v in values)
    mode = " and ".join(sorted(modes))
    kinds = " and ".join(sorted({type(v).__name__ for v in values}))
    answer = {"losses": losses, "kind of the losses": kinds, "mode afterwards": mode}
    return answer | {"graph recorded": graph, "batches drawn": drawn}
""")


@grades(
    "estimate_loss",
    k=lambda draw, shape: draw.sizes["K"],
    minimum={"K": 2, "B": 1, "T": 3},
    examples=6,
    parts={"losses": ("losses",)},
)
def estimate(train, val, k):
    return {
        "losses": {"train": (train**2).mean(), "val": (val**2).mean()},
        "kind of the losses": "float",
        "graph recorded": False,
        "batches drawn": {"train": k, "val": k},
        "mode afterwards": "training",
        "mode of a model in eval mode afterwards": "eval",
    }


@estimate.play
def play_estimate(student, train: Float[Tensor, "K B T"], val: Float[Tensor, "K B T"], k: int):
    answer = student.run(_ESTIMATE, student, train, val, k, True)
    again = student.run(_ESTIMATE, student, train, val, k, False)
    return {**answer, "mode of a model in eval mode afterwards": again["mode afterwards"]}


@estimate.alternative
def as_in_the_lecture(model, get_batch, k):
    out = {}
    was_training = model.training
    model.eval()
    for split in ["train", "val"]:
        losses = torch.zeros(k)
        for i in range(k):
            X, Y = get_batch(split)
            with torch.no_grad():
                _logits, loss = model(X, Y)
            losses[i] = loss.item()
        out[split] = losses.mean().item()
    if was_training:
        model.train()
    return out


@estimate.alternative
def both_in_turn(model, get_batch, k):
    totals, before = {"train": 0.0, "val": 0.0}, model.training
    model.train(False)
    for _ in range(k):
        for split in totals:
            x, y = get_batch(split)
            totals[split] += loss_of(model, x, y) / k
    model.train(before)
    return totals


@estimate.alternative
def as_a_table(model, get_batch, k):
    splits, before = ("train", "val"), model.training
    model.eval()
    try:
        with torch.inference_mode():
            rows = [torch.stack([model(*get_batch(split))[1] for split in splits]) for _ in range(k)]
    finally:
        model.train(before)
    return dict(zip(splits, torch.stack(rows).mean(dim=0).tolist(), strict=True))


def loss_of(model, x, y):
    with torch.no_grad():
        _, loss = model(x, y)
    return float(loss)


estimate.misconception_by_edit(
    "losses_are_tensors",
    "sum(float(model(*get_batch(split))[1])",
    "sum(model(*get_batch(split))[1]",
    symptom="The losses have the right values and are tensors.",
    question="What do you need to turn a tensor with one number into a Python float?",
    rule="What is only to be read or printed is best kept as a plain number, with no tensor behind it.",
)
estimate.misconception_by_edit(
    "stays_in_eval_mode",
    "    model.train(training)\n",
    "",
    symptom="The model is in eval mode afterwards.",
    question="What does dropout do in the steps of training that follow?",
    rule="Leave a room as you found it: whoever changes a mode puts it back.",
)
estimate.misconception_by_edit(
    "always_training_afterwards",
    "model.train(training)",
    "model.train()",
    symptom="A model that was in eval mode is in training mode afterwards.",
    question="In which mode was the model before?",
    rule="Leave a room as you found it: look at the mode before you change it.",
)
estimate.misconception_by_edit(
    "never_in_eval_mode",
    "    model.eval()\n",
    "",
    symptom="The losses are those of a model in training.",
    question="What does dropout do to a loss that is only measured?",
    rule="A model that is measured is used as it will be used.",
)
estimate.misconception_by_edit(
    "graph_recorded",
    "with torch.no_grad():",
    "if k:",
    symptom="The model is called while autograd records.",
    question="Will anybody call backward on these losses?",
    rule="A graph that nobody needs costs time and memory.",
)
estimate.misconception_by_edit(
    "one_batch_only",
    "sum(float(model(*get_batch(split))[1]) for _ in range(k)) / k",
    "float(model(*get_batch(split))[1])",
    symptom="The loss is that of a single batch.",
    question="How many batches are asked for?",
    rule="One batch is a noisy witness. A mean over many is what can be compared.",
)
estimate.misconception_by_edit(
    "losses_summed",
    "for _ in range(k)) / k",
    "for _ in range(k))",
    symptom="The losses are too large by the number of batches.",
    question="Is the estimate a sum or a mean?",
    rule="Only a mean can be compared with the loss of one batch.",
)
estimate.misconception_by_edit(
    "validation_forgotten",
    'for split in ("train", "val")',
    'for split in ("train",)',
    symptom="There is no loss for the validation split.",
    question="Which of the two losses tells you that a model learns by heart?",
    rule="The loss of what was trained on says little without the other one beside it.",
)
estimate.misconception_by_edit(
    "both_from_the_training_split",
    "*get_batch(split)",
    '*get_batch("train")',
    symptom="Both losses come from the training split.",
    question="From which split are the batches of the second loss?",
    rule="Held-out text tells something new because it was held out.",
)


# -- the loop -------------------------------------------------------------------------------------------

# A bigram model with dropout of nothing, so that it is in no need of random numbers.
_TRAIN = remote_function("""
def train(loop, table, batches_x, batches_y, lr):
    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.table = torch.nn.Parameter(table.clone())

        def forward(self, x, y):
            logits = self.table[x]
            return logits, torch.nn.functional.cross_entropy(logits.flatten(0, 1), y.flatten())

    model = Model()
    model(batches_x[-1], batches_y[-1])[1].backward()  # a model may come with gradients from elsewhere
    losses = loop(model, batches_x, batches_y, lr)
    graph = isinstance(losses, torch.Tensor) and losses.requires_grad
    return {"losses": losses, "table": model.table.detach(), "graph behind the losses": graph}
""")


def adamw(table: Tensor, batches_x: Tensor, batches_y: Tensor, lr: float) -> tuple[Tensor, Tensor]:
    """The losses and the trained table. The moments, their corrections and the decay as in the paper."""
    V, losses = len(table), []
    first, second = torch.zeros_like(table), torch.zeros_like(table)
    for step, (x, y) in enumerate(zip(batches_x.flatten(1), batches_y.flatten(1), strict=True), 1):
        logprobs = table[x].log_softmax(-1)
        losses.append(-logprobs.gather(1, y[:, None]).mean())
        dlogits = (logprobs.exp() - torch.eye(V, dtype=table.dtype)[y]) / len(y)
        grad = torch.zeros_like(table).index_add(0, x, dlogits)
        first, second = 0.9 * first + 0.1 * grad, 0.999 * second + 0.001 * grad**2
        update = first / (1 - 0.9**step) / ((second / (1 - 0.999**step)).sqrt() + 1e-8)
        table = table * (1 - lr * 0.01) - lr * update
    return torch.stack(losses), table


# Adam divides by the size of a gradient, so that the rounding of a tiny one grows: hence 100.
@grades(
    "adamw_loop",
    batches_x=indices("V", repeated=True),
    batches_y=indices("V"),
    lr=one_of(0.1, 0.3, 1.0),
    minimum={"S": 3, "B": 1, "T": 3, "V": 2},
    largest={"S": 5, "B": 3, "T": 5, "V": 5},
    examples=6,
    loose=100.0,
    parts={"losses": ("losses",), "table": ("table",)},
)
def loop(table, batches_x, batches_y, lr):
    losses, table = adamw(table, batches_x, batches_y, lr)
    return {"losses": losses, "table": table, "graph behind the losses": False}


@loop.play
def play_loop(
    student,
    table: Float[Tensor, "V V"],
    batches_x: Int[Tensor, "S B T"],
    batches_y: Int[Tensor, "S B T"],
    lr: float,
):
    return student.run(_TRAIN, student, table, batches_x, batches_y, lr)


@loop.alternative
def gradients_set_to_none(model, batches_x, batches_y, lr):
    optimizer = torch.optim.AdamW(model.parameters(), lr)
    losses = torch.empty(len(batches_x))
    for step in range(len(batches_x)):
        for p in model.parameters():
            p.grad = None
        _logits, loss = model(batches_x[step], batches_y[step])
        loss.backward()
        optimizer.step()
        losses[step] = loss.item()
    return losses


@loop.alternative
def zeroed_before_and_after(model, batches_x, batches_y, lr):
    optimizer, losses = torch.optim.AdamW(params=model.parameters(), lr=lr), []
    model.train()
    model.zero_grad(set_to_none=False)
    for x, y in zip(batches_x, batches_y, strict=True):
        loss = model(x, y)[1]
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=False)
        losses += [loss.item()]
    return torch.tensor(losses)


@loop.alternative
def gradients_by_hand(model, batches_x, batches_y, lr):
    parameters = list(model.parameters())
    optimizer = torch.optim.AdamW([{"params": parameters, "lr": lr}])

    def one_step(x, y):
        loss = model(x, y)[1]
        for p, g in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
            p.grad = g
        optimizer.step()
        return float(loss)

    return torch.tensor(list(map(one_step, batches_x, batches_y)))


loop.misconception_by_edit(
    "gradients_not_zeroed",
    "        optimizer.zero_grad()\n",
    "",
    symptom="The first loss after an update is right, and later ones are not.",
    question="What is in the gradients when the second backward pass begins?",
    rule="Gradients add up until somebody clears them.",
)
loop.misconception_by_edit(
    "zeroed_after_the_step_only",
    "        optimizer.zero_grad()\n        loss.backward()\n        optimizer.step()\n",
    "        loss.backward()\n        optimizer.step()\n        optimizer.zero_grad()\n",
    symptom="The first loss is right, and the first update is not, where the model came with gradients.",
    question="Who has cleared the gradients before your first backward pass?",
    rule="Don't rely on who used the model before you: clear the gradients before the backward pass.",
)
loop.misconception_by_edit(
    "zeroed_between_backward_and_step",
    "        optimizer.zero_grad()\n        loss.backward()\n",
    "        loss.backward()\n        optimizer.zero_grad(set_to_none=False)\n",
    symptom="The table hardly changes.",
    question="What are the gradients when the step is made?",
    rule="First clear, then backward, then step.",
)
loop.misconception_by_edit(
    "no_step",
    "        optimizer.step()\n",
    "",
    symptom="The table stays as it was.",
    question="Who changes the parameters?",
    rule="A backward pass fills in gradients. Nothing moves before somebody makes a step.",
)
loop.misconception_by_edit(
    "a_new_optimizer_each_step",
    "        optimizer.zero_grad()\n",
    "        optimizer = torch.optim.AdamW(model.parameters(), lr=lr)\n        optimizer.zero_grad()\n",
    symptom="The first update is right, and later ones are not.",
    question="What does an optimizer remember from step to step?",
    rule="Adam keeps running means of the gradients. A new one begins without a memory.",
)
loop.misconception_by_edit(
    "adam_without_decay",
    "torch.optim.AdamW(",
    "torch.optim.Adam(",
    symptom="The updates are nearly right.",
    question="By which letter do the two optimizers differ, and what does it stand for?",
    rule="AdamW pulls every weight a little towards zero in each step.",
)
loop.misconception_by_edit(
    "plain_gradient_descent",
    "torch.optim.AdamW(",
    "torch.optim.SGD(",
    symptom="The first loss is right, and the first update is of another size.",
    question="Which optimizer is asked for?",
    rule="AdamW makes steps of about the learning rate, however large the gradient is.",
)
loop.misconception_by_edit(
    "default_learning_rate",
    "AdamW(model.parameters(), lr=lr)",
    "AdamW(model.parameters())",
    symptom="The updates are far too small.",
    question="Where does the learning rate reach the optimizer?",
    rule="What isn't passed on has the value of somebody else's choice.",
)
loop.misconception_by_edit(
    "loss_after_the_update",
    "losses.append(loss.detach())",
    "losses.append(model(x, y)[1].detach())",
    symptom="All losses are a little too low.",
    question="Which parameters belong to the loss of a step: those before its update, or those after it?",
    rule="The loss of a step is the one whose gradient was used.",
)
loop.misconception_by_edit(
    "losses_keep_their_graph",
    "losses.append(loss.detach())",
    "losses.append(loss)",
    symptom="The numbers are right, and every loss drags its graph along.",
    question="What does a loss hold besides its number?",
    rule="A loss that is only written down needs no graph, and the graph keeps every step in memory.",
)
loop.misconception_by_edit(
    "first_batch_again_and_again",
    "_, loss = model(x, y)",
    "_, loss = model(batches_x[0], batches_y[0])",
    symptom="The first loss is right, and later ones belong to the first batch.",
    question="Which batch is used in the second step?",
    rule="One batch a step, each of them once.",
)
