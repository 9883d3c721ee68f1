"""What is true of softmax and cross-entropy in one step, forwards and backwards."""

from typing import Any

import torch

from dojo.grading import Draw, close, distinct, grades, near_zero

# --- cross_entropy_forward ------------------------------------------------------------------------


def examples(draw: Draw) -> dict[str, Any]:
    """Logits and labels, of five kinds. All but the first are too large for a bare exponential.

    The first row's label is its least likely character, so that no loss is lost in rounding. In the last kind
    no label is unlikely: each is next to the largest logit, and all others lie far below.
    """
    kind = draw.structure.seed % 5
    shape = (draw.sizes["N"], draw.sizes["V"])
    far = 1000.0 if draw.dtype is torch.float64 else 100.0  # beyond what exp can take in this dtype
    values = distinct(draw, shape)
    y = torch.randint(0, shape[1], shape[:1], generator=draw.generator)
    y[0] = values[0].argmin()
    if kind == 1:
        values = values + far
    elif kind == 2:  # every other row
        values = values + far * (torch.arange(shape[0]) % 2)[:, None]
    elif kind == 3:  # far apart inside a row
        centred = values - values.mean(1, keepdim=True)
        values = (far * centred / centred.abs().amax(1, keepdim=True)).round()
    elif kind == 4:
        order = values.argsort(1)
        values = values.scatter_add(1, order[:, :-2], torch.full_like(values, -3 * far))
        y = order[:, -2]
    return {"logits": draw.finish(values), "y": y}


@grades("cross_entropy_forward", case_of=examples, every=True, one="N")
def loss(logits, y):
    return torch.nn.functional.cross_entropy(logits, y)


@loss.property("stays the same when 1000 is added to every logit")
def loss_ignores_a_shift(student, logits, y):
    before, after = torch.as_tensor(student(logits, y)), torch.as_tensor(student(logits + 1000.0, y))
    return close(before.double(), after.double())


@loss.alternative
def loss_by_log_softmax(logits, y):
    return -torch.log_softmax(logits, 1).gather(1, y[:, None]).mean()


@loss.alternative
def loss_by_logsumexp(logits, y):
    return (logits.logsumexp(1) - logits[torch.arange(len(y)), y]).mean()


@loss.alternative
def loss_by_one_hot(logits, y):
    shifted = logits - logits.amax(1, keepdim=True)
    logprobs = shifted - shifted.exp().sum(1, keepdim=True).log()
    return -(logprobs * torch.eye(logits.shape[1])[y]).sum() / len(y)


@loss.alternative
def loss_from_the_label(logits, y):
    gaps = logits - logits.gather(1, y.unsqueeze(1))  # the label's own gap is 0
    largest = gaps.max(1).values
    return torch.mean(largest + torch.exp(gaps - largest[:, None]).sum(1).log())


@loss.alternative
def loss_adding_up_in_logarithms(logits, y):
    total = logits[:, 0]
    for column in logits.T[1:]:
        total = torch.logaddexp(total, column)
    return (total - torch.take_along_dim(logits, y[:, None], dim=1).squeeze(1)).mean()


@loss.alternative
def loss_as_a_float(logits, y):
    total = 0.0
    for row, label in zip(logits.double(), y.tolist(), strict=True):
        top = row.max()
        total += ((row - top).exp().sum().log() + top - row[label]).item()
    return total / len(y)


@loss.misconception(
    symptom="Your loss is too large by a whole factor.",
    question="Is the loss of a batch twice as large if the batch is twice as long?",
    rule="A mean over the examples makes batches of all sizes comparable.",
)
def loss_no_mean(logits, y):
    return -torch.log_softmax(logits, 1)[torch.arange(len(y)), y].sum()


@loss.misconception(
    symptom="Your loss is wrong by a factor that depends on the number of characters.",
    question="Over how many numbers is the mean taken, after the labels have picked theirs?",
    rule="The mean runs over the examples. Each of them contributes one number.",
)
def loss_divided_by_v(logits, y):
    return -torch.log_softmax(logits, 1)[torch.arange(len(y)), y].sum() / logits.shape[1]


@loss.misconception(
    symptom="Your loss is negative.",
    question="What sign has the logarithm of a probability?",
    rule="A loss is small when the right character is likely, so it is minus the log-probability.",
)
def loss_sign(logits, y):
    return torch.log_softmax(logits, 1)[torch.arange(len(y)), y].mean()


@loss.misconception(
    symptom="Your probabilities sum to one down the columns instead of along the rows.",
    question="Which numbers compete with each other: the characters of an example, or the examples?",
    rule="The softmax runs over the axis of the choices. Examples don't know of each other.",
)
def loss_softmax_dim0(logits, y):
    return -torch.log_softmax(logits, 0)[torch.arange(len(y)), y].mean()


@loss.misconception(
    symptom="Your loss averages over far more numbers than there are examples.",
    question="Does each row get its own label, or does each row get all labels?",
    rule="To pick one place in each row, rows and columns must be paired up in the index.",
)
def loss_all_labels_in_all_rows(logits, y):
    return -torch.log_softmax(logits, 1)[:, y].mean()


@loss.misconception(
    symptom="Your loss never leaves the range between -1 and 0.",
    question="Where is the logarithm of the probability?",
    rule="Cross-entropy measures surprise: a probability near zero costs without limit.",
)
def loss_without_logarithm(logits, y):
    return -torch.softmax(logits, 1)[torch.arange(len(y)), y].mean()


@loss.misconception(
    symptom="Your loss ignores all characters but the right one.",
    question="What happens to a probability when another logit of its row grows?",
    rule="Logits are not log-probabilities until each row is normalised.",
)
def loss_of_raw_logits(logits, y):
    return -logits[torch.arange(len(y)), y].mean()


@loss.misconception(
    symptom="You return one number for each example.",
    question="How many numbers does an optimiser minimise?",
    rule="The loss of a batch is a single number.",
)
def loss_for_each_example(logits, y):
    return -torch.log_softmax(logits, 1)[torch.arange(len(y)), y]


@loss.misconception(
    symptom="The number is right, but it comes with an axis of its own.",
    question="How many axes has a single number?",
    rule="A 0-d tensor has an empty shape. A kept axis of size 1 is one too many.",
)
def loss_keeps_an_axis(logits, y):
    return -torch.log_softmax(logits, 1).gather(1, y[:, None]).mean(0)


@loss.misconception(
    symptom="Your loss is infinite when the right character is very unlikely.",
    question="What does a computer make of the exponential of -1000, and of the logarithm of that?",
    rule="Stay with logarithms to the end: they are harmless where the probability rounds to zero.",
)
def loss_log_of_a_tiny_probability(logits, y):
    return -torch.softmax(logits, 1)[torch.arange(len(y)), y].log().mean()


@loss.misconception(
    symptom="Your loss is infinite when the logits of one row lie far apart.",
    question="Which is the largest number of a row after your subtraction?",
    rule="A constant is safe if nothing large and positive is left of the row. Not every constant does that.",
)
def loss_shifts_by_the_mean(logits, y):
    shifted = logits - logits.mean(1, keepdim=True)
    return (shifted.exp().sum(1).log() - shifted[torch.arange(len(y)), y]).mean()


@loss.misconception(
    symptom="Your loss is far too small where the right character is very unlikely.",
    question="Does the number that you added inside the logarithm change its value?",
    rule="What keeps a logarithm finite may also make it wrong. Better not to need it.",
)
def loss_keeps_the_logarithm_finite(logits, y):
    return -(torch.softmax(logits, 1)[torch.arange(len(y)), y] + 1e-12).log().mean()


@loss.misconception(
    symptom="Your loss is right for small logits, and far off where a row of logits is large as a whole.",
    question="Do both parts of your loss use the shifted logits?",
    rule="A constant cancels only if it is taken from every place where the row occurs.",
)
def loss_shifts_one_part_only(logits, y):
    shifted = logits - logits.max(1, keepdim=True).values
    return (shifted.exp().sum(1).log() - logits[torch.arange(len(y)), y]).mean()


@loss.misconception(
    symptom="Your loss is not finite when one row lies far above another one.",
    question="Is the same constant large enough for every row, and small enough too?",
    rule="Each row has its own safe constant: its largest logit. Another row's may drown it.",
)
def loss_one_max_for_all_rows(logits, y):
    shifted = logits - logits.max()
    return (shifted.exp().sum(1).log() - shifted[torch.arange(len(y)), y]).mean()


@loss.misconception(
    symptom="Your loss is infinite when the logits are large.",
    question="What is the exponential of 1000 in floating point?",
    rule="A constant taken from a whole row doesn't change its softmax. One choice prevents the overflow.",
)
def no_max_shift_in_the_sum(logits, y):
    return (logits.exp().sum(1).log() - logits[torch.arange(len(y)), y]).mean()


@loss.misconception(
    symptom="Your loss is not a number when the logits are large.",
    question="What is the exponential of 1000 in floating point, and what is infinity divided by infinity?",
    rule="A constant taken from a whole row doesn't change its softmax. One choice prevents the overflow.",
)
def no_max_shift(logits, y):
    counts = logits.exp()
    probs = counts / counts.sum(1, keepdim=True)
    return -probs[torch.arange(len(y)), y].log().mean()


@loss.misconception(
    symptom="The number is right, but the logits that you were given are changed afterwards.",
    question="Which operation writes its result back into its left side?",
    rule="An operator with an equals sign works in place. Work in place only on what is yours.",
)
def loss_shifts_in_place(logits, y):
    logits -= logits.max(1, keepdim=True).values
    return -torch.log_softmax(logits, 1)[torch.arange(len(y)), y].mean()


@loss.misconception(
    symptom="The number is right, but its dtype is not that of the logits.",
    question="Where does your result get its dtype from?",
    rule="Keep the dtype of the inputs: a cast to another one costs digits or surprises the caller.",
)
def loss_always_float32(logits, y):
    return -torch.log_softmax(logits.float(), 1)[torch.arange(len(y)), y].mean()


# --- cross_entropy_dlogits_cases ------------------------------------------------------------------


def one_logit(draw: Draw) -> dict[str, Any]:
    """A probability other than one half, and two characters that are the same in half of the cases."""
    y = draw.integer(0, 4)
    i = y if draw.integer(0, 1) else (y + draw.integer(1, 4)) % 5
    return {"p": draw.pick((0.25, 0.125, 0.75, 0.9, 0.01)), "i": i, "y": y}


@grades("cross_entropy_dlogits_cases", case_of=one_logit)
def cases(p, i, y):
    own = torch.tensor(p, dtype=torch.float64).log().requires_grad_()
    others = torch.tensor(1 - p, dtype=torch.float64).log()  # all other characters together
    loss = torch.logaddexp(own, others) - (own if i == y else others)
    return torch.autograd.grad(loss, own)[0].item()


@cases.property("sums to zero over all characters of an example")
def cases_are_in_balance(student, p, y):
    probs = [(1 - p) / 4] * 5
    probs[y] = p
    total = torch.as_tensor(sum(student(q, j, y) for j, q in enumerate(probs)))
    return near_zero(total, scale=1)


# Small whole numbers are one object each in Python, and there `is` would do for `==`.
@cases.property("takes equal numbers for one character, however large they are", examples=1)
def cases_of_large_numbers(student, p):
    return near_zero(torch.as_tensor(student(p, 1000, 1000) - (p - 1.0)), scale=1)


@cases.alternative
def cases_by_subtraction(p, i, y):
    return p - (i == y)


@cases.alternative
def cases_by_two_returns(p, i, y):
    if i != y:
        return p
    return -(1 - p)


@cases.alternative
def cases_by_one_hot(p, i, y):
    right = torch.zeros(max(i, y) + 1)
    right[y] = 1.0
    return p - right[i].item()


@cases.alternative
def cases_as_a_tensor(p, i, y):
    return torch.tensor(p) - float(i == y)


@cases.misconception(
    symptom="The size is right in both cases, and the sign is wrong in both.",
    question="If the logit of the right character grows, does the loss grow or shrink?",
    rule="The gradient points to where the loss grows. Descent goes the other way, but that is a later step.",
)
def case_sign_flipped(p, i, y):
    return 1.0 - p if i == y else -p


@cases.misconception(
    symptom="One of your two cases is right, and the right character gets the wrong sign.",
    question="Can the loss grow because the right character becomes more likely?",
    rule="For the right character the loss falls as its logit grows, so that derivative is never positive.",
)
def case_label_sign(p, i, y):
    return 1.0 - p if i == y else p


@cases.misconception(
    symptom="Both cases come out alike.",
    question="In how many places does the loss hold the logit of the right character?",
    rule="A variable with two uses gets a part from each of them.",
)
def case_same_for_all(p, i, y):
    return p


@cases.misconception(
    symptom="The right character is treated well, and all others get zero.",
    question="Does the loss change when the logit of a wrong character grows?",
    rule="The sum over all characters holds every logit, so every logit has a part in the loss.",
)
def case_label_only(p, i, y):
    return p - 1.0 if i == y else 0.0


@cases.misconception(
    symptom="Your two cases stand the wrong way round.",
    question="Which logit occurs twice in the loss: the right character's, or another one's?",
    rule="Only the right character has a second use, and only there something is added to the common part.",
)
def case_swapped(p, i, y):
    return p if i == y else p - 1.0


@cases.misconception(
    symptom="Your results are products of probabilities.",
    question="Did you differentiate the probability, or the loss?",
    rule="The loss is a logarithm of the probability. Its slope is one more factor of the chain.",
)
def case_of_the_probability(p, i, y):
    return p * (1.0 - p) if i == y else -p * p


@cases.misconception(
    symptom="Your result grows without limit for a small probability, and is zero for all wrong characters.",
    question="With respect to what did you differentiate: the probability or the logit?",
    rule="The softmax lies between logits and probabilities. It is a part of this step.",
)
def case_with_respect_to_p(p, i, y):
    return -1.0 / p if i == y else 0.0


# --- cross_entropy_dlogits ------------------------------------------------------------------------


@grades("cross_entropy_dlogits", case_of=examples, every=True, one="N")
def dlogits(logits, y):
    leaf = logits.clone().requires_grad_()
    return torch.autograd.grad(torch.nn.functional.cross_entropy(leaf, y), leaf)[0]


@dlogits.property("has rows that sum to zero")
def rows_sum_to_zero(answer, y):
    return near_zero(answer.sum(1), scale=1 / len(y))


@dlogits.property("is negative at the labels alone")
def negative_at_the_label(answer, y):
    others = answer.scatter(1, y[:, None], 0.0)
    return bool((answer.gather(1, y[:, None]) <= 0).all() and (others >= 0).all())


@dlogits.property("stays the same when 1000 is added to every logit")
def dlogits_ignore_a_shift(student, logits, y):
    return close(student(logits, y), student(logits + 1000.0, y))


@dlogits.alternative
def dlogits_by_one_hot(logits, y):
    return (logits.softmax(-1) - torch.eye(logits.shape[1])[y]) / len(y)


@dlogits.alternative
def dlogits_by_log_softmax(logits, y):
    probs = torch.exp(torch.log_softmax(logits, dim=1))
    minus_one = torch.full(y.shape, -1.0, dtype=logits.dtype)
    return probs.index_put((torch.arange(len(y)), y), minus_one, accumulate=True) / logits.shape[0]


@dlogits.alternative
def dlogits_by_hand(logits, y):
    counts = (logits - logits.max(1, keepdim=True).values).exp()
    dlogits = counts / counts.sum(1, keepdim=True)
    dlogits.scatter_add_(1, y[:, None], -torch.ones_like(dlogits))
    return dlogits.div_(len(y))


@dlogits.alternative
def dlogits_by_logsumexp(logits, y):
    right = torch.arange(logits.shape[1]) == y.unsqueeze(1)
    return ((logits - logits.logsumexp(1, keepdim=True)).exp() - right.to(logits.dtype)) / len(y)


@dlogits.alternative
def dlogits_in_small_steps(logits, y):
    N = len(y)
    counts = (logits - logits.max(1, keepdim=True).values).exp()
    counts_sum = counts.sum(1, keepdim=True)
    dnumerator = torch.zeros_like(counts)
    dnumerator[torch.arange(N), y] = -1 / N  # of the logarithm of the numerator
    dcounts_sum = 1 / (N * counts_sum)
    dnorm_logits = dnumerator + counts * dcounts_sum
    dlogits = dnorm_logits.clone()
    dlogits[torch.arange(N), logits.argmax(1)] -= dnorm_logits.sum(1)
    return dlogits


@dlogits.alternative
def dlogits_by_functional(logits, y):
    n, v = logits.shape
    return (torch.nn.functional.softmax(logits, dim=1) - torch.nn.functional.one_hot(y, v)) / n


@dlogits.alternative
def dlogits_by_slopes(logits, y):
    dlogprobs = -torch.nn.functional.one_hot(y, logits.shape[1]) / len(y)
    slopes = torch.eye(logits.shape[1]) - torch.softmax(logits, 1)[:, None]  # of every logprob by every logit
    return torch.einsum("ni,nij->nj", dlogprobs, slopes)


@dlogits.alternative
def dlogits_by_loop(logits, y):
    rows = []
    for row, label in zip(logits, y.tolist(), strict=True):
        probs = row.softmax(0)
        rows.append(torch.stack([p - float(v == label) for v, p in enumerate(probs)]))
    return torch.stack(rows) / len(rows)


@dlogits.misconception(
    symptom="All entries are too large by the same factor, the number of examples.",
    question="What did the loss do with the losses of the examples before it became one number?",
    rule="A mean shares the gradient equally among the numbers that it averages.",
)
def no_div_n(logits, y):
    dlogits = torch.softmax(logits, 1)
    dlogits[torch.arange(len(y)), y] -= 1
    return dlogits


@dlogits.misconception(
    symptom="All entries are wrong by the same factor, and it depends on the number of columns.",
    question="Does the loss average over examples or over characters?",
    rule="The divisor is the number of terms in the mean, whatever the size of the table.",
)
def div_v(logits, y):
    dlogits = torch.softmax(logits, 1)
    dlogits[torch.arange(len(y)), y] -= 1
    return dlogits / logits.shape[1]


@dlogits.misconception(
    symptom="Only the part of the label was divided: your rows don't sum to zero.",
    question="Which parts of an example's gradient does the mean shrink?",
    rule="The mean comes last in the forward pass, so all of the gradient passes through it.",
)
def only_the_label_divided(logits, y):
    dlogits = torch.softmax(logits, 1)
    dlogits[torch.arange(len(y)), y] -= 1 / len(y)
    return dlogits


# Blind for a batch of one, and where all labels are equal.
@dlogits.misconception(
    symptom="Some rows have more than one negative entry, and rows don't sum to zero.",
    question="Does each row get its own label, or does each row get all labels?",
    rule="To pick one place in each row, rows and columns must be paired up in the index.",
)
def minus_one_all_rows(logits, y):
    dlogits = torch.softmax(logits, 1)
    dlogits[:, y] -= 1
    return dlogits / len(y)


@dlogits.misconception(
    symptom="Your entries at the labels are all the same, and most rows don't sum to zero.",
    question="What becomes of the probability that stood at the label?",
    rule="The label adds its part to what is there; it doesn't replace it.",
)
def label_replaced(logits, y):
    dlogits = torch.softmax(logits, 1)
    dlogits[torch.arange(len(y)), y] = -1
    return dlogits / len(y)


@dlogits.misconception(
    symptom="In each row one entry is too negative, but often it is not that of the label.",
    question="Where do the labels enter your answer?",
    rule="The loss compares with the right character, not with the one that the model likes best.",
)
def most_likely_for_label(logits, y):
    dlogits = torch.softmax(logits, 1)
    dlogits[torch.arange(len(y)), logits.argmax(1)] -= 1
    return dlogits / len(y)


@dlogits.misconception(
    symptom="Your rows don't sum to zero, but your columns would without the labels.",
    question="Which numbers compete with each other: the characters of an example, or the examples?",
    rule="The softmax runs over the axis of the choices. Examples don't know of each other.",
)
def softmax_dim0(logits, y):
    dlogits = torch.softmax(logits, 0)
    dlogits[torch.arange(len(y)), y] -= 1
    return dlogits / len(y)


# The same function as subtracting the probabilities from the one-hot table.
@dlogits.misconception(
    symptom="Your rows sum to zero and every size is right, but every sign is wrong.",
    question="If the logit of the right character grows, does the loss grow or shrink?",
    rule="The gradient points to where the loss grows. Descent goes the other way, but that is a later step.",
)
def sign_flip(logits, y):
    dlogits = -torch.softmax(logits, 1)
    dlogits[torch.arange(len(y)), y] += 1
    return dlogits / len(y)


@dlogits.misconception(
    symptom="Your entries grow with the logits, but a gradient of this loss never exceeds one.",
    question="Did the logits go through a softmax before you changed them at the labels?",
    rule="What pushes a character down is its probability, not its logit.",
)
def uses_logits_not_probs(logits, y):
    dlogits = logits.clone()
    dlogits[torch.arange(len(y)), y] -= 1
    return dlogits / len(y)


@dlogits.misconception(
    symptom="Nothing in your answer is negative: the labels leave no trace.",
    question="In how many places does the loss hold the logit of the right character?",
    rule="A variable with two uses gets a part from each of them.",
)
def label_forgotten(logits, y):
    return torch.softmax(logits, 1) / len(y)


@dlogits.misconception(
    symptom="Your table is zero except at the labels.",
    question="Does the loss change when the logit of a wrong character grows?",
    rule="Every logit of a row is part of its normalisation, so every one of them gets a gradient.",
)
def wrong_characters_left_out(logits, y):
    rows = torch.arange(len(y))
    dlogits = torch.zeros_like(logits)
    dlogits[rows, y] = torch.softmax(logits, 1)[rows, y] - 1
    return dlogits / len(y)


@dlogits.misconception(
    symptom="Your entries are infinite or not numbers when one row lies far above another one.",
    question="Is the same constant large enough for every row, and small enough too?",
    rule="Each row has its own safe constant: its largest logit. Another row's may drown it.",
)
def one_max_for_all_rows(logits, y):
    counts = (logits - logits.max()).exp()
    dlogits = counts / counts.sum(1, keepdim=True)
    dlogits[torch.arange(len(y)), y] -= 1
    return dlogits / len(y)


@dlogits.misconception(
    symptom="Your entries are not numbers when the logits are large.",
    question="What is the exponential of 1000 in floating point, and what is infinity divided by infinity?",
    rule="A constant taken from a whole row doesn't change its softmax. One choice prevents the overflow.",
)
def dlogits_no_max_shift(logits, y):
    counts = logits.exp()
    dlogits = counts / counts.sum(1, keepdim=True)
    dlogits[torch.arange(len(y)), y] -= 1
    return dlogits / len(y)


@dlogits.misconception(
    symptom="The numbers are right, but the logits that you were given are changed afterwards.",
    question="Do you work on a copy of the logits, or on the caller's own?",
    rule="Operators with an equals sign and methods with an underscore at the end change their tensor.",
)
def mutates_logits(logits, y):
    logits -= logits.max(1, keepdim=True).values
    logits.exp_()
    logits /= logits.sum(1, keepdim=True)
    logits[torch.arange(len(y)), y] -= 1
    return logits / len(y)


@dlogits.misconception(
    symptom="The numbers are right, but your answer lives in the memory of the logits.",
    question="Who else may still need the tensor into which you write?",
    rule="Start from new memory: the answer must be yours, and the inputs stay as they are.",
)
def answer_in_the_logits(logits, y):
    logits.copy_(torch.softmax(logits, 1))
    logits[torch.arange(len(y)), y] -= 1
    logits /= len(y)
    return logits


@dlogits.misconception(
    symptom="The numbers are right, but their dtype is not that of the logits.",
    question="Where does your result get its dtype from?",
    rule="Keep the dtype of the inputs: a cast to another one costs digits or surprises the caller.",
)
def always_float32(logits, y):
    dlogits = torch.softmax(logits.float(), 1)
    dlogits[torch.arange(len(y)), y] -= 1
    return dlogits / len(y)


# --- explain_push_pull ----------------------------------------------------------------------------


def balanced_rows(draw: Draw) -> dict[str, Any]:
    """A gradient in small multiples of a power of two: its rows sum to exactly zero in any order of adding.

    With few different sizes, so that two pushes are often equal. No pull exceeds 1 / N.
    """
    N, V = draw.sizes["N"], draw.sizes["V"]
    few = draw.structure.style <= 1
    pushes = torch.randint(1, 4 if few else 40, (N, V), generator=draw.generator).double()
    y = torch.randint(0, V, (N, 1), generator=draw.generator)
    pushes.scatter_(1, y, 0.0)
    gradient = pushes.scatter(1, y, -pushes.sum(1, keepdim=True)) / (64 if few else 1024)
    return {"dlogits": draw.finish(gradient), "y": y[:, 0]}


@grades("explain_push_pull", case_of=balanced_rows, minimum={"V": 2})  # there is a wrong entry to be pushed
def forces(dlogits, y):
    pulled = dlogits.gather(1, y[:, None])[:, 0]
    pushes = dlogits.scatter(1, y[:, None], 0.0)
    return {
        "row_sums": torch.zeros_like(pulled),
        "label": y,
        "pull_up": -len(y) * pulled,
        "push_down": len(y) * pushes.sum(1),
        "hardest": torch.tensor([row.index(max(row)) for row in pushes.tolist()]),
    }


@forces.property("pulls up as hard as it pushes down, in every row")
def forces_are_in_balance(answer):
    return close(answer["pull_up"], answer["push_down"])


@forces.property("answers float32 with float32")
def forces_keep_float32(student, dlogits):
    answer = student(dlogits.float())
    return all(answer[key].dtype is torch.float32 for key in ("row_sums", "pull_up", "push_down"))


@forces.alternative
def forces_by_signs(dlogits):
    N, V = dlogits.shape
    up, down = dlogits < 0, dlogits > 0
    return {
        "row_sums": dlogits @ torch.ones(V, dtype=dlogits.dtype),
        "label": up.nonzero()[:, 1],
        "pull_up": N * dlogits[up].abs(),
        "push_down": N * (dlogits * down).sum(1),
        "hardest": dlogits.max(1).indices,
    }


@forces.alternative
def forces_by_balance(dlogits):
    smallest, label = dlogits.min(dim=1)
    pull = smallest.neg() * dlogits.shape[0]
    return {
        "hardest": dlogits.argmax(-1),
        "push_down": pull.clone(),
        "pull_up": pull,
        "label": label,
        "row_sums": dlogits.sum(-1),
    }


@forces.alternative
def forces_without_the_label(dlogits):
    N, V = dlogits.shape
    labels, pulls, pushes, hardest = [], [], [], []
    for row in dlogits:
        label = int(row.argmin())
        others = [v for v in range(V) if v != label]
        labels.append(label)
        pulls.append(-N * row[label])
        pushes.append(sum(N * row[v] for v in others))
        hardest.append(max(others, key=lambda v: row[v].item()))
    return {
        "row_sums": dlogits.sum(axis=1),
        "label": torch.LongTensor(labels),
        "pull_up": torch.stack(pulls),
        "push_down": torch.stack(pushes),
        "hardest": torch.LongTensor(hardest),
    }


@forces.alternative
def forces_by_loop(dlogits):
    N = len(dlogits)
    rows = dlogits.tolist()
    label = [row.index(min(row)) for row in rows]
    pull = [-N * min(row) for row in rows]
    push = [N * sum(force for force in row if force > 0) for row in rows]
    return {
        "row_sums": torch.tensor([sum(row) for row in rows], dtype=dlogits.dtype),
        "label": torch.tensor(label),
        "pull_up": torch.tensor(pull, dtype=dlogits.dtype),
        "push_down": torch.tensor(push, dtype=dlogits.dtype),
        "hardest": torch.tensor([row.index(max(row)) for row in rows]),
    }


@forces.alternative
def forces_by_half_of_all(dlogits):
    scaled = dlogits * len(dlogits)
    return {
        "row_sums": torch.einsum("nv->n", dlogits),
        "label": scaled.argmin(1),
        "pull_up": scaled.clamp(max=0).sum(1).abs(),
        "push_down": torch.relu(scaled).sum(1),
        "hardest": torch.sort(dlogits, dim=1, descending=True, stable=True).indices[:, 0].clone(),
    }


def _edit(name: str, old: str, new: str, symptom: str, question: str, rule: str) -> None:
    """A misconception about one line of the long answer."""
    forces.misconception_by_edit(name, old, new, symptom=symptom, question=question, rule=rule)


_edit(
    "label_is_the_largest",
    "dlogits.argmin(dim=1)",
    "dlogits.argmax(dim=1)",
    "Your labels are the entries that are pushed down hardest.",
    "Descent goes against the gradient. Which sign has the entry whose logit grows?",
    "What the gradient makes negative, descent makes larger.",
)
_edit(
    "hardest_by_size",
    "dlogits.argmax(dim=1)",
    "dlogits.abs().argmax(dim=1)",
    "Your hardest push is often the pull on the right character.",
    "Does the size of a force tell in which direction it goes?",
    "Pushes and pulls differ in sign. Compare pushes with pushes only.",
)
_edit(
    "hardest_is_the_last_of_equals",
    "dlogits.argmax(dim=1)",
    "dlogits.shape[1] - 1 - dlogits.flip(1).argmax(dim=1)",
    "Where two pushes are equal, you name the last one.",
    "Which of several equal entries does the task ask for?",
    "Where several answers are possible, the task says which one counts.",
)
_edit(
    "hardest_is_the_gentlest",
    "dlogits.argmax(dim=1)",
    "dlogits.masked_fill(dlogits < 0, 2.0).argmin(dim=1)",
    "Your hardest push is the gentlest one.",
    "Is a character that the model believes in pushed harder or more gently than the others?",
    "The more probability a wrong character got, the harder it is pushed down.",
)
_edit(
    "pull_negative",
    "-N * dlogits.min(dim=1).values",
    "N * dlogits.min(dim=1).values",
    "Your pulls are negative.",
    "Does the task ask for the size of the pull or for the entry of the gradient?",
    "A size has no direction: the sign went into the word pull.",
)
_edit(
    "pull_without_n",
    "-N * dlogits.min(dim=1).values",
    "-dlogits.min(dim=1).values",
    "Your pulls are too small by the number of examples, and don't balance the pushes.",
    "By what did the mean divide the gradient of each example?",
    "To read an example by itself, undo the division by the size of the batch.",
)
_edit(
    "push_without_n",
    "N * dlogits.clamp(min=0.0).sum(dim=1)",
    "dlogits.clamp(min=0.0).sum(dim=1)",
    "Your pushes are too small by the number of examples, and don't balance the pulls.",
    "By what did the mean divide the gradient of each example?",
    "To read an example by itself, undo the division by the size of the batch.",
)
_edit(
    "everything_times_v",
    "N = len(dlogits)",
    "N = dlogits.shape[1]",
    "Your forces are all wrong by the same factor.",
    "Which axis of the table counts the examples?",
    "The mean of the loss was taken over the rows.",
)
_edit(
    "push_with_the_pull",
    "dlogits.clamp(min=0.0).sum(dim=1)",
    "dlogits.sum(dim=1)",
    "Your pushes are all zero.",
    "Which entries of a row are pushes, and which one is not?",
    "Forces in balance sum to zero, so add up one direction alone.",
)
_edit(
    "push_of_all_sizes",
    "dlogits.clamp(min=0.0).sum(dim=1)",
    "dlogits.abs().sum(dim=1)",
    "Your pushes are twice as large as your pulls.",
    "Did the right character get into the sum of the pushes?",
    "Sort out the direction of each force before you add up sizes.",
)
_edit(
    "only_the_hardest_push",
    "dlogits.clamp(min=0.0).sum(dim=1)",
    "dlogits.max(dim=1).values",
    "Your pushes don't balance the pulls: they are too small unless there is only one of them.",
    "How many characters of a row are pushed down?",
    "Every wrong character is pushed down a little, and together they balance the pull.",
)
_edit(
    "sums_of_columns",
    '"row_sums": dlogits.sum(dim=1)',
    '"row_sums": dlogits.sum(dim=0)',
    "You return a sum for each character instead of one for each example.",
    "Which axis vanishes when you sum along it?",
    "The axis that you name in a sum is the one that goes.",
)
_edit(
    "row_sums_keepdim",
    '"row_sums": dlogits.sum(dim=1)',
    '"row_sums": dlogits.sum(dim=1, keepdim=True)',
    "The row sums are right, but they stand in a column.",
    "Which shape does the task ask for?",
    "A kept axis is useful for broadcasting. In a list of numbers it is one too many.",
)


@forces.misconception(
    symptom="The numbers are right, but two parts of your answer are one and the same tensor.",
    question="What happens to the pushes if somebody changes the pulls in place?",
    rule="Equal numbers may share a value, not a piece of memory.",
)
def one_tensor_for_both(dlogits):
    pull = -len(dlogits) * dlogits.min(dim=1).values
    label, hardest = dlogits.argmin(dim=1), dlogits.argmax(dim=1)
    row_sums = dlogits.sum(dim=1)
    return {"row_sums": row_sums, "label": label, "pull_up": pull, "push_down": pull, "hardest": hardest}


@forces.misconception(
    symptom="The forces are right, but the gradient that you were given is changed afterwards.",
    question="Which operation writes its result back into its left side?",
    rule="An operator with an equals sign works in place. Work in place only on what is yours.",
)
def scales_in_place(dlogits):
    row_sums = dlogits.sum(dim=1)
    dlogits *= len(dlogits)
    label, hardest = dlogits.argmin(dim=1), dlogits.argmax(dim=1)
    pull, push = -dlogits.min(dim=1).values, dlogits.clamp(min=0.0).sum(dim=1)
    return {"row_sums": row_sums, "label": label, "pull_up": pull, "push_down": push, "hardest": hardest}


@forces.misconception(
    symptom="You return plain lists where tensors are asked for.",
    question="What type does the task ask for?",
    rule="Stay with tensors: shape, dtype and arithmetic come with them.",
)
def forces_as_lists(dlogits):
    N = len(dlogits)
    return {
        "row_sums": dlogits.sum(dim=1).tolist(),
        "label": dlogits.argmin(dim=1).tolist(),
        "pull_up": (-N * dlogits.min(dim=1).values).tolist(),
        "push_down": (N * dlogits.clamp(min=0.0).sum(dim=1)).tolist(),
        "hardest": dlogits.argmax(dim=1).tolist(),
    }
