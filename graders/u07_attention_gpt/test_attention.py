"""What is true of attention on plain tensors, from the scores to many heads at once."""

import torch
from torch import Tensor

from dojo.grading import Draw, close, grades, one_of

# Three positions, two numbers in a key: below that most wrong attention is right. Mostly there are several
# sequences and channels as well; a single one makes small tables for what shows in them.
SIZES = {"B": 1, "T": 3, "C": 1, "hs": 2}


def small(draw: Draw, shape: tuple[int, ...]) -> Tensor:
    """Weights that make scores of a few units, so that no softmax picks one winner whatever its scale is."""
    return draw.normal(*shape) / 4


WEIGHTS = {"Wq": small, "Wk": small, "Wv": small}


def attention(q: Tensor, k: Tensor, v: Tensor, causal: bool) -> Tensor:
    """Softmax-weighted sums of values over the last two axes, weights written out."""
    counts = (torch.einsum("...td,...sd->...ts", q, k) / q.shape[-1] ** 0.5).exp()
    counts = counts.tril() if causal else counts
    return counts / counts.sum(-1, keepdim=True) @ v


def weighted(scores: Tensor, v: Tensor, causal: bool, drop: Tensor | None) -> Tensor:
    """What follows the scores in every right and in most wrong heads."""
    if causal:
        scores = scores.masked_fill(torch.ones_like(scores).tril() == 0, float("-inf"))
    weights = scores.softmax(-1)
    return (weights if drop is None else weights * drop) @ v


def perturbed(x: Tensor, places: tuple[slice | int, ...]) -> Tensor:
    """A copy of `x` that differs from it at some places."""
    x = x.clone()
    x[places] += 1.5
    return x


# -- scores ---------------------------------------------------------------------------------------------


@grades("scaled_scores", minimum={"B": 1, "T": 3, "hs": 2}, examples=10, differentiable=True)
def scaled_scores(q, k):
    return torch.einsum("btd,bsd->bts", q, k) / q.shape[-1] ** 0.5


@scaled_scores.alternative
def scale_on_the_query(q, k):
    return (q * q.size(-1) ** -0.5) @ k.transpose(-2, -1)


@scaled_scores.alternative
def scale_on_the_key(q, k):
    return q @ (k / k.shape[-1] ** 0.5).mT


@scaled_scores.alternative
def by_bmm(q, k):
    return torch.bmm(q, k.permute(0, 2, 1)) / torch.sqrt(torch.tensor(q.shape[2]))


@scaled_scores.alternative
def root_on_both(q, k):
    share = k.shape[-1] ** 0.25
    return torch.matmul(q / share, (k / share).transpose(1, 2))


@scaled_scores.alternative
def by_broadcasting(q, k):
    return (q[:, :, None, :] * k[:, None, :, :]).sum(-1).div(q.shape[-1] ** 0.5)


@scaled_scores.misconception(
    symptom="All scores are off by one factor, and it grows with the head size.",
    question="How large is a sum of hs products of random numbers?",
    rule="A sum of many random terms grows with their number. Undo that, or the softmax picks one winner.",
)
def no_scale(q, k):
    return q @ k.transpose(1, 2)


@scaled_scores.misconception(
    symptom="All scores are too small by one factor, and it grows with the head size.",
    question="Is it the variance of a score that grows like the number of terms, or its size?",
    rule="The variance of a sum grows with the number of terms, its typical size with the root of that.",
)
def scale_one_over_hs(q, k):
    return q @ k.transpose(1, 2) / q.shape[-1]


@scaled_scores.misconception(
    symptom="All scores are off by one factor, and it changes with the length of the sequence.",
    question="What is the last size of the keys after you have transposed them?",
    rule="What is taken out is how many products are added up. The number of positions has no part in that.",
)
def scale_by_t(q, k):
    k = k.transpose(1, 2)
    return q @ k * k.shape[-1] ** -0.5


@scaled_scores.misconception(
    symptom="Each sequence's table of scores is the transpose of the right one.",
    question="Who looks, who is looked at, and which of the two counts the rows?",
    rule="A row belongs to a query. Transposed tables have the same shape, so only the numbers can tell.",
)
def keys_ask_queries(q, k):
    return k @ q.transpose(1, 2) * q.shape[-1] ** -0.5


@scaled_scores.misconception(
    symptom="All scores are too large by one factor.",
    question="Did you divide by the root, or multiply?",
    rule="The scores of long vectors are large, so the scale makes them smaller.",
)
def scale_upside_down(q, k):
    return q @ k.transpose(1, 2) * q.shape[-1] ** 0.5


@scaled_scores.misconception(
    symptom="The entries of each row are positive and sum to one.",
    question="Does the task ask for scores or for weights?",
    rule="Scores may be any numbers. They become weights in a later step, after the mask.",
)
def softmaxed_already(q, k):
    return (q @ k.transpose(1, 2) * q.shape[-1] ** -0.5).softmax(-1)


@scaled_scores.misconception(
    symptom="It fails, or the shape is off: the product runs over positions.",
    question="What does .T do to a tensor with three axes?",
    rule="Only the last two axes change places. The batch stays where it is.",
)
def all_axes_reversed(q, k):
    return q @ k.permute(2, 1, 0) * q.shape[-1] ** -0.5


@scaled_scores.misconception(
    symptom="The shape is right, the numbers are not: the keys were not transposed but cut anew.",
    question="Does a reshape move numbers, or does it read the same numbers in other lines?",
    rule="A reshape keeps the order of the numbers in memory, a transpose keeps what belongs together.",
)
def reshaped_instead_of_transposed(q, k):
    B, T, hs = k.shape
    return q @ k.reshape(B, hs, T) * hs**-0.5


# -- one head -------------------------------------------------------------------------------------------


def drop_factors(draw: Draw, shape: tuple[int, ...]) -> Tensor | None:
    """Dropout on the weights in half of the cases: 1 / (1 - p), or 0."""
    B, T, p = draw.sizes["B"], draw.sizes["T"], draw.pick((0.25, 0.5))
    kept = draw.uniform(B, T, T) >= p
    return draw.finish(kept.double() / (1 - p)) if draw.integer(0, 1) else None


@grades(
    "attention_head",
    minimum=SIZES,
    examples=12,
    causal=one_of(True, True, False),
    drop=drop_factors,
    differentiable=True,
    **WEIGHTS,
)
def attention_head(x, Wq, Wk, Wv, causal, drop):
    q, k, v = (torch.einsum("btc,hc->bth", x, W) for W in (Wq, Wk, Wv))
    weights = attention(q, k, torch.eye(x.shape[1], dtype=x.dtype), causal)
    return (weights if drop is None else weights * drop) @ v


@attention_head.property("never reads the future where it is causal", examples=2)
def causality(student, x, Wq, Wk, Wv):
    before, after = (student(x_, Wq, Wk, Wv) for x_ in (x, perturbed(x, (slice(None), -1))))
    return close(before[:, :-1], after[:, :-1])


@attention_head.property("keeps the sequences of a batch apart", examples=2)
def sequences_apart(student, x, Wq, Wk, Wv):
    alone, beside_others = (student(x_, Wq, Wk, Wv, causal=False) for x_ in (x, torch.cat([x, x + 1.5])))
    return close(alone, beside_others[: len(x)])


@attention_head.property("takes the plain average of the past where no query asks for anything", examples=1)
def scores_of_zero(student, x, Wq, Wk, Wv):
    counts = torch.arange(1, x.shape[1] + 1, dtype=x.dtype)
    return close(student(x, 0.0 * Wq, Wk, Wv), (x @ Wv.T).cumsum(1) / counts[:, None])


@attention_head.property(
    "has no notion of order without the mask: permuted tokens, permuted results", examples=2
)
def permutations(student, x, Wq, Wk, Wv):
    order = torch.arange(x.shape[1]).roll(1)
    mixed = student(x[:, order], Wq, Wk, Wv, causal=False)
    return close(mixed, student(x, Wq, Wk, Wv, causal=False)[:, order])


@attention_head.alternative
def as_in_the_lecture(x, Wq, Wk, Wv, causal=True, drop=None):
    T = x.shape[1]
    q = torch.nn.functional.linear(x, Wq)
    k = torch.nn.functional.linear(x, Wk)
    wei = q @ k.transpose(-2, -1) * k.shape[-1] ** -0.5
    if causal:
        tril = torch.tril(torch.ones(T, T))
        wei = wei.masked_fill(tril[:T, :T] == 0, float("-inf"))
    wei = torch.nn.functional.softmax(wei, dim=-1)
    if drop is not None:
        wei = wei * drop
    v = torch.nn.functional.linear(x, Wv)
    return wei @ v


@attention_head.alternative
def large_negative_mask(x, Wq, Wk, Wv, causal=True, drop=None):
    q, k, v = x @ Wq.mT / len(Wq) ** 0.5, x @ Wk.mT, x @ Wv.mT
    scores = torch.bmm(q, k.transpose(1, 2))
    if causal:
        scores = scores + torch.full_like(scores, -1e9).triu(1)
    weights = torch.softmax(scores, dim=2)
    return torch.bmm(weights if drop is None else weights.mul(drop), v)


@attention_head.alternative
def scale_on_the_keys(x, Wq, Wk, Wv, causal=True, drop=None):
    hs, T = Wq.shape[0], x.shape[1]
    k = x @ (Wk / hs**0.5).T
    scores = torch.einsum("bth,bsh->bts", x @ Wq.T, k)
    times = torch.arange(T)
    if causal:
        scores = torch.where(times[:, None] < times, torch.tensor(-1e9), scores)
    counts = torch.exp(scores - scores.amax(-1, keepdim=True))
    weights = counts / counts.sum(-1, keepdim=True)
    return torch.einsum("bts,bsh->bth", weights * (1 if drop is None else drop), x @ Wv.T)


@attention_head.alternative
def position_by_position(x, Wq, Wk, Wv, causal=True, drop=None):
    B, T, _ = x.shape
    out = torch.zeros(B, T, Wv.shape[0], dtype=x.dtype)
    for b in range(B):
        for t in range(T):
            seen = x[b, : t + 1] if causal else x[b]
            scores = (seen @ Wk.T) @ (Wq @ x[b, t]) / Wq.shape[0] ** 0.5
            weights = scores.softmax(0)
            if drop is not None:
                weights = weights * drop[b, t, : len(seen)]
            out[b, t] = weights @ (seen @ Wv.T)
    return out


@attention_head.alternative
def bilinear_form(x, Wq, Wk, Wv, causal=True, drop=None):
    """Queries and keys are never made: only the product of their weights counts. Values are made last."""
    scores = x @ (Wq.T @ Wk) @ x.transpose(-2, -1) / Wq.shape[0] ** 0.5
    if causal:
        scores.masked_fill_(torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).triu(1), -torch.inf)
    weights = scores.softmax(-1)
    if drop is not None:
        weights = weights * drop
    return weights @ x @ Wv.T


@attention_head.misconception(
    symptom="The weights are too sharp: each position takes nearly all from one other.",
    question="How large does a sum of hs products become?",
    rule="Scores are brought to a size of about one before the softmax, whatever the head size is.",
)
def no_scale_at_all(x, Wq, Wk, Wv, causal=True, drop=None):
    return weighted(x @ Wq.T @ (x @ Wk.T).mT, x @ Wv.T, causal, drop)


@attention_head.misconception(
    symptom="The scale is off. With as many channels as head numbers it would be right.",
    question="Over how many numbers does the product of a query and a key run?",
    rule="The scale belongs to the size of a key. That the channels are as many is a coincidence.",
)
def scale_by_channels(x, Wq, Wk, Wv, causal=True, drop=None):
    return weighted(x @ Wq.T @ (x @ Wk.T).mT * x.shape[-1] ** -0.5, x @ Wv.T, causal, drop)


@attention_head.misconception(
    symptom="The scale is off, and it changes with the length of the sequence.",
    question="What is the last size of the keys after you have transposed them?",
    rule="What is taken out is how many products are added up. The number of positions has no part in that.",
)
def scale_by_length(x, Wq, Wk, Wv, causal=True, drop=None):
    k = (x @ Wk.T).mT
    return weighted(x @ Wq.T @ k * k.shape[-1] ** -0.5, x @ Wv.T, causal, drop)


@attention_head.misconception(
    symptom="The weights are too even: every position takes nearly the plain average.",
    question="Is it the variance of a score that grows like the number of terms, or its size?",
    rule="The variance of a sum grows with the number of terms, its typical size with the root of that.",
)
def scale_without_root(x, Wq, Wk, Wv, causal=True, drop=None):
    return weighted(x @ Wq.T @ (x @ Wk.T).mT / len(Wq), x @ Wv.T, causal, drop)


@attention_head.misconception(
    symptom="A change of the last token changes earlier results. Without the causal flag all is right.",
    question="Which line of yours hides the future?",
    rule="A softmax knows nothing of time. What may not be seen must be hidden from it.",
)
def no_mask(x, Wq, Wk, Wv, causal=True, drop=None):
    return weighted(x @ Wq.T @ (x @ Wk.T).mT * len(Wq) ** -0.5, x @ Wv.T, False, drop)


@attention_head.misconception(
    symptom="A change of the last token changes earlier results, though less than without any mask.",
    question="What is the exponential of the number that you put in for hidden positions?",
    rule="For a softmax zero is a number like any other. To get no weight, a score must be below them all.",
)
def mask_with_zero(x, Wq, Wk, Wv, causal=True, drop=None):
    scores = x @ Wq.T @ (x @ Wk.T).mT * len(Wq) ** -0.5
    return weighted(scores.tril() if causal else scores, x @ Wv.T, False, drop)


@attention_head.misconception(
    symptom="Every position sees itself and the future. Only the last one of a sequence sees just itself.",
    question="Which half of the table of scores is the future: below the diagonal or above?",
    rule="Rows look, columns are looked at. The future has the larger column index.",
)
def past_hidden(x, Wq, Wk, Wv, causal=True, drop=None):
    scores = x @ Wq.T @ (x @ Wk.T).mT * len(Wq) ** -0.5
    if causal:
        scores = scores.masked_fill(torch.ones_like(scores).triu() == 0, float("-inf"))
    return weighted(scores, x @ Wv.T, False, drop)


@attention_head.misconception(
    symptom="Early positions are too small, and a change of the last token still moves them a little.",
    question="By what sum were the weights divided that you keep?",
    rule="Hide first, then normalise: otherwise the hidden positions keep their share, and act through it.",
)
def mask_after_softmax(x, Wq, Wk, Wv, causal=True, drop=None):
    weights = (x @ Wq.T @ (x @ Wk.T).mT * len(Wq) ** -0.5).softmax(-1)
    weights = weights.tril() if causal else weights
    return (weights if drop is None else weights * drop) @ (x @ Wv.T)


@attention_head.misconception(
    symptom="The first position of every sequence is not a number.",
    question="What is left for the first position after your mask?",
    rule="A softmax over nothing is zero divided by zero. A position may see itself.",
)
def diagonal_excluded(x, Wq, Wk, Wv, causal=True, drop=None):
    scores = x @ Wq.T @ (x @ Wk.T).mT * len(Wq) ** -0.5
    if causal:
        scores = scores.masked_fill(torch.ones_like(scores).tril(-1) == 0, float("-inf"))
    return weighted(scores, x @ Wv.T, False, drop)


@attention_head.misconception(
    symptom="The columns of the weights sum to one and not the rows, and a causal head leaks.",
    question="Whose attention is being divided up: that of the row or that of the column?",
    rule="Each query divides its own attention among the keys, so the softmax runs over the keys.",
)
def softmax_over_queries(x, Wq, Wk, Wv, causal=True, drop=None):
    scores = x @ Wq.T @ (x @ Wk.T).mT * len(Wq) ** -0.5
    if causal:
        scores = scores.masked_fill(torch.ones_like(scores).tril() == 0, float("-inf"))
    weights = scores.softmax(1)
    return (weights if drop is None else weights * drop) @ (x @ Wv.T)


@attention_head.misconception(
    symptom="A causal head yields no numbers at all, another one mixes the sequences of the batch.",
    question="Which axis is number 0?",
    rule="Sequences are computed side by side and share nothing, least of all a sum of weights.",
)
def softmax_over_batch(x, Wq, Wk, Wv, causal=True, drop=None):
    scores = x @ Wq.T @ (x @ Wk.T).mT * len(Wq) ** -0.5
    if causal:
        scores = scores.masked_fill(torch.ones_like(scores).tril() == 0, float("-inf"))
    weights = scores.softmax(0)
    return (weights if drop is None else weights * drop) @ (x @ Wv.T)


@attention_head.misconception(
    symptom="Nothing leaks and the weights sum to one, yet the numbers are wrong.",
    question="Does the row of a score belong to the one that asks, or to the one that is asked?",
    rule="Who looks has the query, and counts the rows. Exchanged roles have the same shapes.",
)
def q_and_k_swapped(x, Wq, Wk, Wv, causal=True, drop=None):
    return weighted(x @ Wk.T @ (x @ Wq.T).mT * len(Wq) ** -0.5, x @ Wv.T, causal, drop)


@attention_head.misconception(
    symptom="The last axis has C numbers where hs are asked for.",
    question="What does a position tell those who listen to it: everything that it is, or its value?",
    rule="Attention sums up values, which are made for this purpose, and not the positions as they are.",
)
def aggregates_x(x, Wq, Wk, Wv, causal=True, drop=None):
    return weighted(x @ Wq.T @ (x @ Wk.T).mT * len(Wq) ** -0.5, x, causal, drop)


@attention_head.misconception(
    symptom="A change in one sequence changes the results of the others.",
    question="Does anything in your code average, sum or compare across axis 0?",
    rule="The batch is a pile of separate sequences. Each has scores and weights of its own.",
)
def pooled_across_batch(x, Wq, Wk, Wv, causal=True, drop=None):
    scores = x @ Wq.T @ (x @ Wk.T).mT * len(Wq) ** -0.5
    return weighted(scores.mean(0, keepdim=True).expand_as(scores), x @ Wv.T, causal, drop)


@attention_head.misconception(
    symptom="The results are right without dropout. With it, the weights that are left sum to one again.",
    question="Is a weight that was dropped made up for by its neighbours?",
    rule="Dropout comes after the softmax, so that what is dropped is simply missing.",
)
def drops_before_softmax(x, Wq, Wk, Wv, causal=True, drop=None):
    scores = x @ Wq.T @ (x @ Wk.T).mT * len(Wq) ** -0.5
    if drop is not None:
        scores = scores.masked_fill(drop == 0, -1e9)
    return weighted(scores, x @ Wv.T, causal, None)


@attention_head.misconception(
    symptom="The results are right without dropout, and unchanged with it.",
    question="What does your function do with its last argument?",
    rule="The weights are multiplied by the factors of the caller before they meet the values.",
)
def drop_ignored(x, Wq, Wk, Wv, causal=True, drop=None):
    return weighted(x @ Wq.T @ (x @ Wk.T).mT * len(Wq) ** -0.5, x @ Wv.T, causal, None)


@attention_head.misconception(
    symptom="The results are right with the causal flag, and the same without it.",
    question="What does your function do where the flag is False?",
    rule="Without the flag every position sees all positions, as in an encoder.",
)
def always_causal(x, Wq, Wk, Wv, causal=True, drop=None):
    return weighted(x @ Wq.T @ (x @ Wk.T).mT * len(Wq) ** -0.5, x @ Wv.T, True, drop)


# -- a look elsewhere -----------------------------------------------------------------------------------


@grades(
    "cross_attention",
    minimum={"B": 2, "T": 2, "S": 3, "C": 1, "hs": 2},
    examples=8,
    differentiable=True,
    **WEIGHTS,
)
def cross_attention(x, z, Wq, Wk, Wv):
    q, k, v = (torch.einsum("btc,hc->bth", a, W) for a, W in ((x, Wq), (z, Wk), (z, Wv)))
    return attention(q, k, v, causal=False)


@cross_attention.property("doesn't depend on the order of the sequence that is looked at", examples=2)
def order_of_z(student, x, z, Wq, Wk, Wv):
    return close(student(x, z, Wq, Wk, Wv), student(x, z.flip(1), Wq, Wk, Wv))


@cross_attention.alternative
def by_einsum(x, z, Wq, Wk, Wv):
    q = torch.einsum("btc,hc->bth", x, Wq) * Wq.shape[0] ** -0.5
    scores = torch.einsum("bth,bsh->bts", q, torch.einsum("bsc,hc->bsh", z, Wk))
    return torch.einsum("bts,bsh->bth", scores.softmax(2), torch.einsum("bsc,hc->bsh", z, Wv))


@cross_attention.alternative
def by_linear(x, z, Wq, Wk, Wv):
    linear = torch.nn.functional.linear
    wei = linear(x, Wq) @ linear(z, Wk / Wk.shape[0] ** 0.5).transpose(-2, -1)
    return torch.nn.functional.softmax(wei, dim=-1) @ linear(z, Wv)


@cross_attention.alternative
def values_last(x, z, Wq, Wk, Wv):
    scores = x @ (Wq.T @ Wk) @ z.mT / Wq.shape[0] ** 0.5
    return torch.softmax(scores, -1) @ z @ Wv.T


@cross_attention.alternative
def question_by_question(x, z, Wq, Wk, Wv):
    rows = []
    for sequence, other in zip(x, z, strict=True):
        k, v = other @ Wk.T, other @ Wv.T
        rows.append(torch.stack([((k @ (Wq @ token)) / len(Wq) ** 0.5).softmax(0) @ v for token in sequence]))
    return torch.stack(rows)


@cross_attention.misconception(
    symptom="The result has as many positions as the sequence that is looked at.",
    question="Which of the two sequences asks?",
    rule="There is one result for each query, and the queries come from the sequence that wants to know.",
)
def q_from_z(x, z, Wq, Wk, Wv):
    return weighted(z @ Wq.T @ (x @ Wk.T).mT * len(Wq) ** -0.5, x @ Wv.T, False, None)


@cross_attention.misconception(
    symptom="The result doesn't depend on the second sequence at all.",
    question="Which sequence do your keys and values come from?",
    rule="A look elsewhere needs keys to find something there, and values to bring it back.",
)
def self_attention(x, z, Wq, Wk, Wv):
    return weighted(x @ Wq.T @ (x @ Wk.T).mT * len(Wq) ** -0.5, x @ Wv.T, False, None)


@cross_attention.misconception(
    symptom="The early positions take too much from the first positions of the other sequence.",
    question="Is position 3 of the other sequence later than position 2 of this one?",
    rule="Two sequences have no common time. All of the other one is known from the start.",
)
def causal_on_z(x, z, Wq, Wk, Wv):
    return weighted(x @ Wq.T @ (z @ Wk.T).mT * len(Wq) ** -0.5, z @ Wv.T, True, None)


@cross_attention.misconception(
    symptom="It fails, since there are T values where S weights wait for S of them.",
    question="A position of the other sequence was chosen. Whose value do you want now?",
    rule="Keys and values belong to the same positions: the one says what is there, the other brings it.",
)
def values_from_x(x, z, Wq, Wk, Wv):
    return weighted(x @ Wq.T @ (z @ Wk.T).mT * len(Wq) ** -0.5, x @ Wv.T, False, None)


@cross_attention.misconception(
    symptom="The weights of one position don't sum to one.",
    question="Whose attention is being divided up, that of the one who asks or of those who answer?",
    rule="Each query divides its attention among the keys, so the softmax runs over the keys.",
)
def softmax_over_the_asking(x, z, Wq, Wk, Wv):
    return (x @ Wq.T @ (z @ Wk.T).mT * len(Wq) ** -0.5).softmax(1) @ (z @ Wv.T)


@cross_attention.misconception(
    symptom="The scale is off. With as many channels as head numbers it would be right.",
    question="Over how many numbers does the product of a query and a key run?",
    rule="The scale belongs to the size of a key. That the channels are as many is a coincidence.",
)
def scaled_by_channels(x, z, Wq, Wk, Wv):
    return weighted(x @ Wq.T @ (z @ Wk.T).mT * x.shape[-1] ** -0.5, z @ Wv.T, False, None)


@cross_attention.misconception(
    symptom="The weights are too sharp: each position takes nearly all from one other.",
    question="How large does a sum of hs products become?",
    rule="Scores are brought to a size of about one before the softmax, whatever the head size is.",
)
def not_scaled(x, z, Wq, Wk, Wv):
    return weighted(x @ Wq.T @ (z @ Wk.T).mT, z @ Wv.T, False, None)


@cross_attention.misconception(
    symptom="The scale is off, and it changes with the length of the sequence that is looked at.",
    question="What is the last size of the keys after you have transposed them?",
    rule="What is taken out is how many products are added up. The number of positions has no part in that.",
)
def scaled_by_length(x, z, Wq, Wk, Wv):
    k = (z @ Wk.T).mT
    return weighted(x @ Wq.T @ k * k.shape[-1] ** -0.5, z @ Wv.T, False, None)


# -- many heads -----------------------------------------------------------------------------------------


@grades(
    "multi_head",
    minimum={"T": 3, "nh": 2, "hs": 1, "B+2": 4},  # so that two sequences and two heads can go together
    largest={"nh": 4, "hs": 5},
    derived={
        "B": lambda size: size["B+2"] - 2,
        "C": lambda size: size["nh"] * size["hs"],
        "3*C": lambda size: 3 * size["nh"] * size["hs"],
    },
    examples=10,
    differentiable=True,
    Wqkv=small,
)
def multi_head(x, Wqkv, bqkv, Wo, bo, nh):
    """A list of heads, each with its rows of the weights."""
    C, hs = x.shape[2], x.shape[2] // nh
    heads = []
    for n in range(nh):
        rows = [slice(part * C + n * hs, part * C + (n + 1) * hs) for part in range(3)]
        q, k, v = (torch.einsum("btc,hc->bth", x, Wqkv[r]) + bqkv[r] for r in rows)
        heads.append(attention(q, k, v, causal=True))
    return torch.einsum("btc,dc->btd", torch.cat(heads, dim=-1), Wo) + bo


@multi_head.property("never reads the future", examples=2)
def no_leak(student, x, Wqkv, bqkv, Wo, bo, nh):
    before, after = (student(x_, Wqkv, bqkv, Wo, bo, nh) for x_ in (x, perturbed(x, (slice(None), -1))))
    return close(before[:, :-1], after[:, :-1], scale=float(before.abs().max()))


def heads_at_once(x: Tensor, Wqkv: Tensor, bqkv: Tensor, nh: int) -> tuple[Tensor, Tensor, Tensor]:
    """Queries, keys and values, (B, nh, T, hs) each."""
    B, T, C = x.shape
    q, k, v = (x @ Wqkv.T + bqkv).split(C, dim=2)
    return tuple(t.reshape(B, T, nh, C // nh).transpose(1, 2) for t in (q, k, v))


def merged(heads: Tensor) -> Tensor:
    """(B, nh, T, hs) -> (B, T, nh * hs)."""
    B, nh, T, hs = heads.shape
    return heads.transpose(1, 2).reshape(B, T, nh * hs)


@multi_head.alternative
def list_of_heads(x, Wqkv, bqkv, Wo, bo, nh):
    T, C = x.shape[1:]
    q, k, v = (torch.nn.functional.linear(x, Wqkv, bqkv)).chunk(3, dim=-1)
    hs = C // nh
    out = []
    for qh, kh, vh in zip(q.split(hs, -1), k.split(hs, -1), v.split(hs, -1), strict=True):
        wei = qh @ kh.transpose(-2, -1) * hs**-0.5
        wei = wei.masked_fill(torch.tril(torch.ones(T, T)) == 0, float("-inf")).softmax(-1)
        out.append(wei @ vh)
    return torch.nn.functional.linear(torch.cat(out, dim=-1), Wo, bo)


@multi_head.alternative
def as_in_nanogpt(x, Wqkv, bqkv, Wo, bo, nh):
    B, T, C = x.size()
    q, k, v = (x @ Wqkv.t() + bqkv).split(C, dim=2)
    k = k.view(B, T, nh, C // nh).transpose(1, 2)
    q = q.view(B, T, nh, C // nh).transpose(1, 2)
    v = v.view(B, T, nh, C // nh).transpose(1, 2)
    att = (q @ k.transpose(-2, -1)) * (1.0 / k.size(-1) ** 0.5)
    att = att.masked_fill(torch.ones(T, T).tril().view(1, 1, T, T) == 0, float("-inf"))
    att = torch.nn.functional.softmax(att, dim=-1)
    y = (att @ v).transpose(1, 2).contiguous().view(B, T, C)
    return y @ Wo.t() + bo


@multi_head.alternative
def five_axes(x, Wqkv, bqkv, Wo, bo, nh):
    B, T, C = x.shape
    qkv = (x @ Wqkv.T + bqkv).reshape(B, T, 3, nh, C // nh).permute(2, 0, 3, 1, 4)
    scores = (qkv[0] / (C / nh) ** 0.5) @ qkv[1].mT
    weights = torch.softmax(scores + torch.full((T, T), -1e9).triu(1), dim=-1)
    return (weights @ qkv[2]).permute(0, 2, 1, 3).flatten(2) @ Wo.T + bo


@multi_head.alternative
def by_einsum_over_heads(x, Wqkv, bqkv, Wo, bo, nh):
    T, C = x.shape[1:]
    W, b = Wqkv.reshape(3, nh, C // nh, C), bqkv.reshape(3, nh, 1, C // nh)
    q, k, v = torch.einsum("btc,pnhc->pbnth", x, W) + b[:, None]
    scores = torch.einsum("bnth,bnsh->bnts", q, k) / (C // nh) ** 0.5
    counts = scores.exp() * torch.ones(T, T).tril()
    out = torch.einsum("bnts,bnsh->btnh", counts / counts.sum(-1, keepdim=True), v)
    return torch.einsum("btnh,dnh->btd", out, Wo.reshape(C, nh, C // nh)) + bo


@multi_head.misconception(
    symptom="The shape is right, but the channels hold numbers of other positions, and the result leaks.",
    question="In which order do the numbers lie in memory before your last reshape?",
    rule="Move the axis of the heads back beside their numbers first, and merge then.",
)
def merged_without_transpose(x, Wqkv, bqkv, Wo, bo, nh):
    q, k, v = heads_at_once(x, Wqkv, bqkv, nh)
    out = weighted(q @ k.mT * q.shape[-1] ** -0.5, v, True, None)
    return out.reshape(x.shape) @ Wo.T + bo


@multi_head.misconception(
    symptom="The shape is right, but a head holds numbers of several positions, and the result leaks.",
    question="In which order do the numbers lie in memory before your first reshape?",
    rule="Split the channels where they are, and move the new axis afterwards. A reshape moves nothing.",
)
def split_without_transpose(x, Wqkv, bqkv, Wo, bo, nh):
    B, T, C = x.shape
    q, k, v = (t.reshape(B, nh, T, C // nh) for t in (x @ Wqkv.T + bqkv).split(C, dim=2))
    return merged(weighted(q @ k.mT * q.shape[-1] ** -0.5, v, True, None)) @ Wo.T + bo


@multi_head.misconception(
    symptom="The numbers are those of one head with all channels.",
    question="Where does the number of heads enter your scores?",
    rule="Each head has its own scores and weights. That is the point of having several.",
)
def one_head_only(x, Wqkv, bqkv, Wo, bo, nh):
    q, k, v = (x @ Wqkv.T + bqkv).split(x.shape[2], dim=2)
    return weighted(q @ k.mT * q.shape[-1] ** -0.5, v, True, None) @ Wo.T + bo


@multi_head.misconception(
    symptom="The weights are too even in every head.",
    question="How many products are added up for one score, now that there are several heads?",
    rule="A head's scale belongs to its own size. It is less than the number of channels.",
)
def scale_of_all_channels(x, Wqkv, bqkv, Wo, bo, nh):
    q, k, v = heads_at_once(x, Wqkv, bqkv, nh)
    return merged(weighted(q @ k.mT * x.shape[-1] ** -0.5, v, True, None)) @ Wo.T + bo


@multi_head.misconception(
    symptom="The weights are too sharp in every head.",
    question="How large does a sum of hs products become?",
    rule="Scores are brought to a size of about one before the softmax, whatever the head size is.",
)
def heads_not_scaled(x, Wqkv, bqkv, Wo, bo, nh):
    q, k, v = heads_at_once(x, Wqkv, bqkv, nh)
    return merged(weighted(q @ k.mT, v, True, None)) @ Wo.T + bo


@multi_head.misconception(
    symptom="A change of the last token changes earlier results.",
    question="Does your mask reach the scores of every head?",
    rule="Each head is causal. One table of what is allowed serves them all.",
)
def heads_not_causal(x, Wqkv, bqkv, Wo, bo, nh):
    q, k, v = heads_at_once(x, Wqkv, bqkv, nh)
    return merged(weighted(q @ k.mT * q.shape[-1] ** -0.5, v, False, None)) @ Wo.T + bo


@multi_head.misconception(
    symptom="All heads find the same.",
    question="Which rows of the weights does the second head use?",
    rule="Heads that share their weights are one head, computed several times.",
)
def heads_share_weights(x, Wqkv, bqkv, Wo, bo, nh):
    q, k, v = (t[:, :1].expand_as(t) for t in heads_at_once(x, Wqkv, bqkv, nh))
    return merged(weighted(q @ k.mT * q.shape[-1] ** -0.5, v, True, None)) @ Wo.T + bo


@multi_head.misconception(
    symptom="Neighbouring channels end up in different heads.",
    question="Which comes first when the channels are counted: the head, or the number within the head?",
    rule="The numbers of one head lie side by side, so the head is the slow one of the two axes.",
)
def channels_dealt_out(x, Wqkv, bqkv, Wo, bo, nh):
    B, T, C = x.shape
    q, k, v = (t.reshape(B, T, C // nh, nh).permute(0, 3, 1, 2) for t in (x @ Wqkv.T + bqkv).split(C, dim=2))
    out = weighted(q @ k.mT * (C // nh) ** -0.5, v, True, None)
    return out.permute(0, 2, 3, 1).reshape(B, T, C) @ Wo.T + bo


@multi_head.misconception(
    symptom="Queries, keys and values are not where they were taken from.",
    question="Are the outputs of the one large layer sorted by head first, or by role first?",
    rule="All queries come first, then all keys, then all values. Within each of them come the heads.",
)
def split_by_head_first(x, Wqkv, bqkv, Wo, bo, nh):
    B, T, C = x.shape
    q, k, v = (x @ Wqkv.T + bqkv).reshape(B, T, nh, 3 * (C // nh)).transpose(1, 2).chunk(3, dim=-1)
    return merged(weighted(q @ k.mT * (C // nh) ** -0.5, v, True, None)) @ Wo.T + bo


@multi_head.misconception(
    symptom="The numbers are right up to the last linear layer, which is not there.",
    question="Who tells one head what another one found?",
    rule="The results of the heads lie side by side until the projection mixes them.",
)
def no_projection(x, Wqkv, bqkv, Wo, bo, nh):
    q, k, v = heads_at_once(x, Wqkv, bqkv, nh)
    return merged(weighted(q @ k.mT * q.shape[-1] ** -0.5, v, True, None))


@multi_head.misconception(
    symptom="The numbers are those of layers without a bias.",
    question="What do your linear layers do with their second parameter?",
    rule="A linear layer with a bias adds it, each output its own.",
)
def biases_forgotten(x, Wqkv, bqkv, Wo, bo, nh):
    q, k, v = heads_at_once(x, Wqkv, torch.zeros_like(bqkv), nh)
    return merged(weighted(q @ k.mT * q.shape[-1] ** -0.5, v, True, None)) @ Wo.T


@multi_head.misconception(
    symptom="The numbers are right up to the last linear layer.",
    question="Which axis of a weight in torch's order counts the outputs?",
    rule="Weights are stored as (out, in). A square matrix fits either way round.",
)
def projection_transposed(x, Wqkv, bqkv, Wo, bo, nh):
    q, k, v = heads_at_once(x, Wqkv, bqkv, nh)
    return merged(weighted(q @ k.mT * q.shape[-1] ** -0.5, v, True, None)) @ Wo + bo


@multi_head.misconception(
    symptom="Every position divides its attention among the heads instead of the positions.",
    question="With four axes, which of them are the keys?",
    rule="The softmax runs over the keys of one query. Count axes from the end, and a new one does no harm.",
)
def softmax_over_heads(x, Wqkv, bqkv, Wo, bo, nh):
    q, k, v = heads_at_once(x, Wqkv, bqkv, nh)
    scores = q @ k.mT * q.shape[-1] ** -0.5
    scores = scores.masked_fill(torch.ones_like(scores).tril() == 0, -1e9)
    return merged(scores.softmax(1).tril() @ v) @ Wo.T + bo
