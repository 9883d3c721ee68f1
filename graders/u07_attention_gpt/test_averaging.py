"""What is true of an average of the past, however it is computed."""

import torch
from torch import Tensor

from dojo.grading import Draw, close, grades

# Three positions at least, so that there is a past, a present and a future for one of them.
SIZES = {"B": 2, "T": 3, "C": 1}
PARTS = {"weights": (0,), "averages": (1,)}


def means_of_the_past(x: Tensor) -> Tensor:
    """Row t is the mean of rows 0 to t, in each sequence and each channel."""
    counts = torch.arange(1, x.shape[1] + 1, dtype=x.dtype)
    return x.cumsum(dim=1) / counts[:, None]


# -- with loops -----------------------------------------------------------------------------------------


@grades("bow_loop", minimum=SIZES, examples=8, differentiable=True)
def bow_loop(x):
    return means_of_the_past(x)


@bow_loop.property("begins with the first position itself", examples=2)
def first_is_itself(answer, x):
    return close(answer[:, 0], x[:, 0])


@bow_loop.alternative
def three_loops(x):
    B, T, C = x.shape
    out = torch.zeros(B, T, C)
    for b in range(B):
        for t in range(T):
            for c in range(C):
                out[b, t, c] = sum(x[b, s, c] for s in range(t + 1)) / (t + 1)
    return out


@bow_loop.alternative
def running_mean(x):
    out = x.clone()
    for t in range(1, x.shape[1]):
        out[:, t] = out[:, t - 1] + (x[:, t] - out[:, t - 1]) / (t + 1)
    return out


@bow_loop.alternative
def stacked(x):
    return torch.stack([x[:, : t + 1].mean(1) for t in range(x.size(1))], dim=1)


@bow_loop.alternative
def by_cumsum(x):
    return torch.cumsum(x, 1) / torch.arange(1, x.shape[1] + 1).view(1, -1, 1)


@bow_loop.misconception(
    symptom="The first position has no number at all, and every other one lacks its own value.",
    question="Does a slice contain the index that stands behind the colon?",
    rule="The end of a slice is left out. A position belongs to its own past here.",
)
def exclusive(x):
    return torch.stack([x[:, :t].mean(1) for t in range(x.shape[1])], dim=1)


@bow_loop.misconception(
    symptom="All channels of a position have the same number.",
    question="After one sequence was picked, which axis is time, and which are the channels?",
    rule="A channel is averaged with itself over time, and never mixed with the other channels.",
)
def mean_over_channels(x):
    out = torch.zeros_like(x)
    for t in range(x.shape[1]):
        out[:, t] = x[:, : t + 1].mean(dim=(1, 2))[:, None]
    return out


@bow_loop.misconception(
    symptom="All positions of a sequence have the same numbers. Only the last position is right.",
    question="What does a position in the middle know of the characters that come after it?",
    rule="A model that is to predict the future may not read it: the average ends where the position is.",
)
def whole_sequence_mean(x):
    return x.mean(1, keepdim=True).expand_as(x).clone()


@bow_loop.misconception(
    symptom="Later positions are too small, the more so the later they are.",
    question="How many numbers did you add up for each position?",
    rule="A mean divides by how many there are, and here this number grows with the position.",
)
def divided_by_the_length(x):
    return x.cumsum(1) / x.shape[1]


@bow_loop.misconception(
    symptom="Later positions are too large, the more so the later they are.",
    question="Does anything in your code divide?",
    rule="A sum grows with the number of its terms, a mean doesn't.",
)
def sum_instead_of_mean(x):
    return x.cumsum(1)


@bow_loop.misconception(
    symptom="The last position is right on its own, the first one is the mean of all.",
    question="In which direction does time run, and which side of a position is its past?",
    rule="The past of a position has the smaller indices.",
)
def mean_of_the_future(x):
    counts = torch.arange(x.shape[1], 0, -1, dtype=x.dtype)
    return x.flip(1).cumsum(1).flip(1) / counts[:, None]


@bow_loop.misconception(
    symptom="Every sequence of the batch has the same numbers.",
    question="Does anything travel from one sequence of a batch to another?",
    rule="The sequences of a batch are computed together and know nothing of each other.",
)
def pooled_across_batch(x):
    counts = torch.arange(1, x.shape[1] + 1, dtype=x.dtype)
    return (x.cumsum(1) / counts[:, None]).mean(0, keepdim=True).expand_as(x).clone()


@bow_loop.misconception(
    symptom="The second position is right, and all after it lean too much to the latest values.",
    question="The mean so far stands for several numbers. How much does it weigh against one new number?",
    rule="A mean of means is the mean of all only if each stands for equally many numbers.",
)
def mean_of_mean_and_newcomer(x):
    out = x.clone()
    for t in range(1, x.shape[1]):
        out[:, t] = (out[:, t - 1] + x[:, t]) / 2
    return out


@bow_loop.misconception(
    symptom="The numbers are right, but what the caller handed in has changed.",
    question="Into which tensor do you write the means, and who else holds it?",
    rule="An argument belongs to the caller. Write results into a tensor of your own.",
)
def written_into_the_input(x):
    for t in range(x.shape[1] - 1, -1, -1):
        x[:, t] = x[:, : t + 1].mean(1)
    return x


@bow_loop.misconception(
    symptom="The numbers are right, but nothing leads back from them to the input.",
    question="What does a tensor know of its past that is made of plain Python numbers?",
    rule="Autograd follows tensors. A number that was taken out of one has forgotten where it came from.",
)
def made_of_plain_numbers(x):
    B, T, C = x.shape
    past = [[[x[b, : t + 1, c].mean().item() for c in range(C)] for t in range(T)] for b in range(B)]
    return torch.tensor(past, dtype=x.dtype)


# -- with one matrix product ----------------------------------------------------------------------------


@grades("bow_matmul", minimum=SIZES, examples=8, parts=PARTS, differentiable=True)
def bow_matmul(x):
    T = x.shape[1]
    weights = means_of_the_past(torch.eye(T, dtype=x.dtype)[None])[0]
    return weights, means_of_the_past(x)


@bow_matmul.alternative
def by_broadcasting(x):
    T = x.size(1)
    wei = torch.tril(torch.ones(T, T))
    wei = wei / wei.sum(1, keepdim=True)
    return wei, wei @ x


@bow_matmul.alternative
def by_einsum(x):
    T = x.shape[1]
    wei = torch.ones(T, T).tril() / torch.arange(1, T + 1).unsqueeze(1)
    return wei, torch.einsum("ts,bsc->btc", wei, x)


@bow_matmul.alternative
def sequence_by_sequence(x):
    T = x.shape[1]
    rows = [[1 / (t + 1) if s <= t else 0.0 for s in range(T)] for t in range(T)]
    wei = torch.tensor(rows, dtype=x.dtype)
    return [wei, torch.stack([torch.mm(wei, sequence) for sequence in x])]


@bow_matmul.alternative
def by_comparing_indices(x):
    t = torch.arange(x.shape[1])
    wei = (t[:, None] >= t[None, :]).to(x.dtype)
    wei /= wei.sum(-1, keepdim=True)
    return wei, wei.expand(len(x), -1, -1).bmm(x)


@bow_matmul.misconception(
    symptom="The columns of the weights sum to one, and the rows don't.",
    question="Which entries of the table does one position use: a row or a column?",
    rule="A row of weights times a table is one average of its rows. So it is the row that sums to one.",
)
def normalise_columns(x):
    wei = torch.ones(x.shape[1], x.shape[1], dtype=x.dtype).tril()
    wei = wei / wei.sum(0, keepdim=True)
    return wei, wei @ x


@bow_matmul.misconception(
    symptom="The rows of the weights don't sum to one: each column is divided by one number.",
    question="A (T, T) table meets a sum of shape (T,). Along which axis does it stretch?",
    rule="A sum that lost its axis lines up with the last one. With a square table nothing warns you.",
)
def no_keepdim(x):
    wei = torch.ones(x.shape[1], x.shape[1], dtype=x.dtype).tril()
    wei = wei / wei.sum(1)
    return wei, wei @ x


@bow_matmul.misconception(
    symptom="The weights are right, the averages are not: they are made with columns of the weights.",
    question="Which of the two axes of the weights is summed away in your product?",
    rule="Read the product aloud: for position t, add up over s the weight (t, s) times position s.",
)
def x_times_weights(x):
    wei = torch.ones(x.shape[1], x.shape[1], dtype=x.dtype).tril()
    wei = wei / wei.sum(1, keepdim=True)
    return wei, (x.transpose(1, 2) @ wei).transpose(1, 2)


@bow_matmul.misconception(
    symptom="Every position averages over itself and what comes after it.",
    question="Which half of the table is the past: below the diagonal or above?",
    rule="Rows are the positions that look, columns those that are looked at. The past has smaller indices.",
)
def triu(x):
    wei = torch.ones(x.shape[1], x.shape[1], dtype=x.dtype).triu()
    wei = wei / wei.sum(1, keepdim=True)
    return wei, wei @ x


@bow_matmul.misconception(
    symptom="The weights are zeros and ones, and the averages are sums.",
    question="What do the entries of one row of the weights add up to?",
    rule="Weights that sum to one make an average; ones make a sum.",
)
def not_normalised(x):
    wei = torch.ones(x.shape[1], x.shape[1], dtype=x.dtype).tril()
    return wei, wei @ x


@bow_matmul.misconception(
    symptom="The first row of the weights is not finite, and the diagonal is empty.",
    question="Does a position see itself?",
    rule="Leave the diagonal in: the first position has nothing else to look at.",
)
def diagonal_excluded(x):
    wei = torch.ones(x.shape[1], x.shape[1], dtype=x.dtype).tril(-1)
    wei = wei / wei.sum(1, keepdim=True)
    return wei, wei @ x


@bow_matmul.misconception(
    symptom="The averages of all positions are the same.",
    question="What do your weights say about the positions after this one?",
    rule="Only the lower triangle of the table may hold anything: what is not there cannot be read.",
)
def no_triangle(x):
    T = x.shape[1]
    wei = torch.full((T, T), 1 / T, dtype=x.dtype)
    return wei, wei @ x


@bow_matmul.misconception(
    symptom="The numbers of the weights are right, but there are B copies of them.",
    question="Do the weights depend on the sequence?",
    rule="One table serves all sequences. A product stretches it over the batch by itself.",
)
def a_table_for_each_sequence(x):
    wei = torch.ones(x.shape[1], x.shape[1], dtype=x.dtype).tril()
    wei = (wei / wei.sum(1, keepdim=True)).repeat(len(x), 1, 1)
    return wei, wei @ x


# -- with a softmax -------------------------------------------------------------------------------------


def interests(draw: Draw, shape: tuple[int, ...]) -> Tensor:
    """Affinities, in a third of the cases with a future that would be far more interesting than the past."""
    affinities = draw.normal(*shape)
    return affinities + draw.pick([0.0, 0.0, 2000.0]) * torch.ones_like(affinities).triu(1)


@grades("bow_softmax", affinities=interests, minimum=SIZES, examples=8, parts=PARTS, differentiable=True)
def bow_softmax(x, affinities):
    counts = affinities.tril().exp().tril()
    weights = counts / counts.sum(1, keepdim=True)
    return weights, torch.einsum("ts,bsc->btc", weights, x)


@bow_softmax.property("is the plain average where all affinities are zero", examples=2)
def zeros_make_the_average(student, x):
    T = x.shape[1]
    weights, averages = student(x, torch.zeros(T, T, dtype=x.dtype))
    return close(averages, means_of_the_past(x)) and close(weights.sum(1), torch.ones(T, dtype=x.dtype))


@bow_softmax.property("is the same where the future is a thousand times as interesting", examples=1)
def future_is_hidden(student, x, affinities):
    future = torch.ones_like(affinities).triu(1)
    without, beside_it = (student(x, affinities.tril() + size * future) for size in (0.0, 2000.0))
    return all(close(a, b) for a, b in zip(without, beside_it, strict=True))


@bow_softmax.property("is the same where all affinities are larger or smaller by one number", examples=1)
def differences_count(student, x, affinities):
    usual = student(x, affinities)
    shifted = [student(x, affinities + size) for size in (-(2.0**16), 2.0**16)]
    # Numbers of this size are rounded to 1e-11.
    return all(
        bool(((a - b).abs() <= 1e-8 * a.abs().max()).all())
        for pair in shifted
        for a, b in zip(usual, pair, strict=True)
    )


@bow_softmax.alternative
def as_in_the_lecture(x, affinities):
    T = x.shape[1]
    tril = torch.tril(torch.ones(T, T))
    wei = affinities.masked_fill(tril == 0, float("-inf"))
    wei = torch.nn.functional.softmax(wei, dim=-1)
    return wei, wei @ x


@bow_softmax.alternative
def with_a_large_negative_number(x, affinities):
    future = torch.ones_like(affinities).triu(1).bool()
    wei = torch.where(future, -1e9, affinities).softmax(1)
    return wei, torch.matmul(wei, x)


@bow_softmax.alternative
def mask_added(x, affinities):
    mask = torch.full_like(affinities, float("-inf")).triu(diagonal=1)
    wei = torch.softmax(affinities + mask, dim=1)
    return wei, torch.stack([wei @ sequence for sequence in x])


@bow_softmax.alternative
def written_out(x, affinities):
    scores = affinities.masked_fill(torch.ones_like(affinities).tril() == 0, -torch.inf)
    counts = (scores - scores.max(1, keepdim=True).values).exp()
    wei = counts / counts.sum(1, keepdim=True)
    return wei, torch.einsum("ij,bjc->bic", wei, x)


@bow_softmax.alternative
def row_by_row(x, affinities):
    T = x.shape[1]
    wei = torch.zeros(T, T)
    for t in range(T):
        wei[t, : t + 1] = affinities[t, : t + 1].softmax(0)
    return wei, torch.stack([(wei[t] @ x) for t in range(T)], dim=1)


@bow_softmax.misconception(
    symptom="The entries that are not zero are right up to a factor, but the rows sum to less than one.",
    question="Of which entries does the softmax make one, and which of them do you throw away afterwards?",
    rule="Hide first, then normalise: otherwise the hidden positions keep their share, and act through it.",
)
def mask_after_softmax(x, affinities):
    wei = affinities.softmax(1).tril()
    return wei, wei @ x


@bow_softmax.misconception(
    symptom="Where the future is far more interesting than the past, the weights are not a number.",
    question="Which entries did you look at to find the largest one of a row?",
    rule="What is taken out of the scores so that they don't overflow must be a score that counts.",
)
def largest_of_the_future_taken_out(x, affinities):
    counts = (affinities - affinities.max(1, keepdim=True).values).exp().tril()
    wei = counts / counts.sum(1, keepdim=True)
    return wei, wei @ x


@bow_softmax.misconception(
    symptom="The columns of the weights sum to one, and the rows don't.",
    question="Whose attention is being divided up: that of the row or that of the column?",
    rule="Each position divides its own attention, so the softmax runs along its row.",
)
def softmax_over_the_other_axis(x, affinities):
    future = torch.ones_like(affinities).tril() == 0
    wei = affinities.masked_fill(future, float("-inf")).softmax(0)
    return wei, wei @ x


@bow_softmax.misconception(
    symptom="No weight is zero: every position takes something from the positions after it.",
    question="What is the exponential of the number that you put in for hidden positions?",
    rule="For a softmax zero is a number like any other. To get no weight, a score must be below them all.",
)
def mask_with_zero(x, affinities):
    wei = affinities.tril().softmax(1)
    return wei, wei @ x


@bow_softmax.misconception(
    symptom="No weight is zero: every position takes something from the positions after it.",
    question="Which line of yours hides the future?",
    rule="A softmax knows nothing of time. What may not be seen must be hidden from it.",
)
def no_mask(x, affinities):
    wei = affinities.softmax(1)
    return wei, wei @ x


@bow_softmax.misconception(
    symptom="Every position takes from itself and from what comes after it.",
    question="Which half of the table is the future: below the diagonal or above?",
    rule="Rows look, columns are looked at. The future has the larger column index.",
)
def past_is_hidden(x, affinities):
    past = torch.ones_like(affinities).triu() == 0
    wei = affinities.masked_fill(past, float("-inf")).softmax(1)
    return wei, wei @ x


@bow_softmax.misconception(
    symptom="The first row of the weights is not a number.",
    question="What is left for the first position after your mask?",
    rule="A softmax over nothing is zero divided by zero. A position may see itself.",
)
def diagonal_excluded_too(x, affinities):
    future = torch.ones_like(affinities).tril(-1) == 0
    wei = affinities.masked_fill(future, float("-inf")).softmax(1)
    return wei, wei @ x


@bow_softmax.misconception(
    symptom="The weights are those of a plain average, whatever the affinities say.",
    question="Where in your code do the affinities come in?",
    rule="That all affinities are zero was the first step only. From now on they decide who is listened to.",
)
def affinities_ignored(x, affinities):
    future = torch.ones_like(affinities).tril() == 0
    wei = torch.zeros_like(affinities).masked_fill(future, float("-inf")).softmax(1)
    return wei, wei @ x


@bow_softmax.misconception(
    symptom="The rows sum to one, but a higher affinity doesn't make a higher weight in the right ratio.",
    question="Can a weight be below zero, and what would an average with it mean?",
    rule="Any number becomes a positive one by the exponential. Only then is dividing by the sum safe.",
)
def divided_without_exponential(x, affinities):
    wei = affinities.tril()
    wei = wei / wei.sum(1, keepdim=True)
    return wei, wei @ x
