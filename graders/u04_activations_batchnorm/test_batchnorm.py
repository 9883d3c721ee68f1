"""What is true of batchnorm forward: batches, running statistics, evaluation, and the law of scales."""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from dojo.grading import Draw, close, grades, integers_in, near_zero, normal, one_of, remote_function

# In all of this unit a batch is normalised by its biased variance, and the unbiased one is kept: as PyTorch
# does it. With few rows the two are far apart.
ROWS = {"N": 3}
EPS = one_of(1e-5, 1e-5, 1e-3, 0.1)


def features(draw: Draw, shape: tuple[int, ...]) -> Tensor:
    """Columns with a mean far from zero, and no column without spread. Half of the cases hold columns whose
    variance is as small as 1e-5, where eps matters."""
    ranks = draw.uniform(*shape).argsort(dim=0).double()
    if draw.structure.style > 1:
        ranks += 0.8 * draw.uniform(*shape)
    small = draw.uniform(1, shape[1]) < (0.5 if draw.structure.seed % 2 else 0.0)
    offsets = torch.randint(2, 5, (1, shape[1]), generator=draw.generator)
    return draw.finish((ranks + offsets) * torch.where(small, 2.0**-9, 1.0))


def examples_with_small_rows(draw: Draw, shape: tuple[int, ...]) -> Tensor:
    """The same with rows for columns, for what is normalised row by row."""
    return draw.finish(features(draw, shape[::-1]).T.contiguous())


def variances(draw: Draw, shape: tuple[int, ...]) -> Tensor:
    """Stored variances, some of them so small that eps matters."""
    return draw.finish(torch.where(draw.uniform(*shape) < 0.4, 2.0**-16, 0.5 + 3 * draw.uniform(*shape)))


def momenta(draw: Draw, shape: tuple[int, ...]) -> float:
    """Shares of the new batch, never a half, where both conventions agree."""
    return draw.pick([0.1, 0.001, 0.3, 0.9])


# -- training -------------------------------------------------------------------------------------------


@grades(
    "batchnorm_train_forward",
    x=features,
    gamma=normal,
    beta=normal,
    eps=EPS,
    minimum=ROWS,
    examples=10,
    parts={"mean": (1,), "var": (2,), "out": (0,)},
)
def train_forward(x, gamma, beta, eps):
    out = torch.nn.functional.batch_norm(x, None, None, gamma[0], beta[0], training=True, eps=eps)
    var, mean = torch.var_mean(x, dim=0, keepdim=True, correction=0)
    return out, mean, var


@train_forward.property("takes 1e-5 for eps where none is given", examples=2)
def usual_eps(student, x, gamma, beta):
    return close(student(x, gamma, beta)[0], student(x, gamma, beta, 1e-5)[0], scale=10.0)


@train_forward.property("is finite and equal to beta for a constant column", examples=2)
def constant_column(student, x, gamma, beta):
    out = student(torch.ones_like(x), gamma, beta)[0]
    return close(out, beta.expand_as(x), scale=1.0)


@train_forward.property("is the same for each column shifted by a constant of its own", examples=2)
def shift(student, x, gamma, beta):
    x = x / x.std(0)
    gap = student(x + beta.round(), gamma, beta, 1e-5)[0] - student(x, gamma, beta, 1e-5)[0]
    return near_zero(gap, scale=100.0)


# Ten million away a mean of squares keeps no digit of a variance below 0.1: it comes in steps of 2**-6.
# Whoever subtracts the mean first is off by about 1e-8. The difference `far - 1e7` is exact.
@train_forward.property("keeps its digits where the columns lie far from zero", examples=2)
def far_from_zero(student, x, gamma, beta):
    ranks = x.argsort(dim=0).argsort(dim=0).double()
    far, affine = ranks / 7 + 1e7, (gamma.double(), beta.double())
    (there, _, var), (here, _, same) = student(far, *affine, 1e-5), student(far - 1e7, *affine, 1e-5)
    return float((there - here).abs().max()) < 1e-4 and float((var - same).abs().max()) < 1e-5


@train_forward.property("only changes the order of its rows if the batch is put in another order", examples=2)
def order_of_the_batch(student, x, gamma, beta):
    turned = student(x.flip(0), gamma, beta, 1e-5)[0]
    return close(turned.flip(0), student(x, gamma, beta, 1e-5)[0], scale=10.0)


@train_forward.alternative
def by_var_mean(x, gamma, beta, eps=1e-5):
    var, mean = torch.var_mean(x, dim=0, keepdim=True, unbiased=False)
    return gamma * (x - mean) * torch.rsqrt(var + eps) + beta, mean, var


@train_forward.alternative
def column_by_column(x, gamma, beta, eps=1e-5):
    N, H = x.shape
    out, means, spreads = torch.empty_like(x), torch.zeros_like(gamma), torch.zeros_like(gamma)
    for j in range(H):
        mean = sum(x[:, j]) / N
        var = sum((v - mean) ** 2 for v in x[:, j]) / N
        means[0, j], spreads[0, j] = mean, var
        for i in range(N):
            out[i, j] = gamma[0, j] * (x[i, j] - mean) / (var + eps) ** 0.5 + beta[0, j]
    return out, means, spreads


@train_forward.alternative
def by_moments(x, gamma, beta, eps=1e-5):
    centred = x - x.mean(0)
    var = centred.pow(2).sum(0).div(x.shape[0]).unsqueeze(0)
    scale = gamma / (var + eps).sqrt()
    return [centred * scale + beta, x.mean(0)[None], var]


@train_forward.alternative
def from_the_unbiased(x, gamma, beta, eps=1e-5):
    N = len(x)
    mean, var = x.mean(axis=0, keepdims=True), x.var(0, keepdim=True) * (N - 1) / N
    out = (x - mean).div((var + eps) ** 0.5)
    out *= gamma
    out += beta
    return out, mean, var


@train_forward.misconception(
    symptom="The variance is too large by a factor that depends on the number of rows only.",
    question="What does torch.var divide by if you don't tell it?",
    rule="A library's default is one of two conventions. The paper takes the plain mean of squares.",
)
def unbiased_variance(x, gamma, beta, eps=1e-5):
    mean, var = x.mean(0, keepdim=True), x.var(0, keepdim=True)
    return gamma * (x - mean) / (var + eps).sqrt() + beta, mean, var


@train_forward.misconception(
    symptom="All is right but for columns whose mean is far larger than their spread.",
    question="How many digits are left of the difference of two numbers that are nearly the same?",
    rule="On paper two formulas for a variance are equal. In floats one of them subtracts large squares.",
)
def mean_of_squares_less_square_of_the_mean(x, gamma, beta, eps=1e-5):
    mean = x.mean(0, keepdim=True)
    var = ((x**2).mean(0, keepdim=True) - mean**2).clamp(min=0)
    return gamma * (x - mean) / (var + eps).sqrt() + beta, mean, var


@train_forward.misconception(
    symptom="The mean and the variance come as columns, one number per example.",
    question="Which axis is the batch?",
    rule="Batchnorm compares one feature across examples. Layer norm goes across features.",
)
def layer_norm_instead(x, gamma, beta, eps=1e-5):
    mean, var = x.mean(1, keepdim=True), x.var(1, keepdim=True, correction=0)
    return gamma * (x - mean) / (var + eps).sqrt() + beta, mean, var


@train_forward.misconception(
    symptom="The mean is one number where a row of H numbers is asked for.",
    question="How many features are there, and does each have a mean of its own?",
    rule="Without an axis a reduction runs over everything. Batchnorm treats its columns one by one.",
)
def whole_table_at_once(x, gamma, beta, eps=1e-5):
    mean, var = x.mean(), x.var(correction=0)
    return gamma * (x - mean) / (var + eps).sqrt() + beta, mean, var


@train_forward.misconception(
    symptom="Mean and variance are right; columns of large spread come out too narrow.",
    question="Which of the two has the unit of the data, the variance or the standard deviation?",
    rule="Dividing by the standard deviation makes the spread one. The variance is its square.",
)
def divided_by_the_variance(x, gamma, beta, eps=1e-5):
    mean, var = x.mean(0, keepdim=True), x.var(0, keepdim=True, correction=0)
    return gamma * (x - mean) / (var + eps) + beta, mean, var


@train_forward.misconception(
    symptom="Mean and variance are right; the columns of the output are not centred on beta.",
    question="In which order are centring and scaling done?",
    rule="Scale what has been centred. A mean that is subtracted after scaling has the wrong size.",
)
def subtracted_after_dividing(x, gamma, beta, eps=1e-5):
    mean, var = x.mean(0, keepdim=True), x.var(0, keepdim=True, correction=0)
    return gamma * (x / (var + eps).sqrt() - mean) + beta, mean, var


@train_forward.misconception(
    symptom="Ordinary columns are nearly right; columns with a tiny variance are far off.",
    question="To which of the two is eps added, to the variance or to its root?",
    rule="eps is a variance. It joins the variance before the root is taken.",
)
def eps_outside_the_root(x, gamma, beta, eps=1e-5):
    mean, var = x.mean(0, keepdim=True), x.var(0, keepdim=True, correction=0)
    return gamma * (x - mean) / (var.sqrt() + eps) + beta, mean, var


@train_forward.misconception(
    symptom="Ordinary columns are nearly right; columns with a tiny variance are too wide.",
    question="What becomes of a column whose numbers are all equal?",
    rule="A divisor that may be zero needs a little help, and the help is part of the function.",
)
def no_eps(x, gamma, beta, eps=1e-5):
    mean, var = x.mean(0, keepdim=True), x.var(0, keepdim=True, correction=0)
    return gamma * (x - mean) / var.sqrt() + beta, mean, var


@train_forward.misconception(
    symptom="Every column of the output has mean 0 and spread 1, whatever gamma and beta are.",
    question="Where do gamma and beta enter?",
    rule="A network must be free to move the distribution. It only starts as a unit Gaussian.",
)
def unit_gaussian_for_ever(x, gamma, beta, eps=1e-5):
    mean, var = x.mean(0, keepdim=True), x.var(0, keepdim=True, correction=0)
    return (x - mean) / (var + eps).sqrt(), mean, var


@train_forward.misconception(
    symptom="The output is right only where gamma is one.",
    question="Is the bias multiplied by the gain?",
    rule="Gain first, then bias: the bias is where the centre of the column ends up.",
)
def bias_before_gain(x, gamma, beta, eps=1e-5):
    mean, var = x.mean(0, keepdim=True), x.var(0, keepdim=True, correction=0)
    return gamma * ((x - mean) / (var + eps).sqrt() + beta), mean, var


@train_forward.misconception(
    symptom="The output is right; the third result is too large by the same amount everywhere.",
    question="Is eps a property of the data?",
    rule="Keep what was measured and what was added apart. Whoever uses the variance later adds eps again.",
)
def eps_in_the_returned_variance(x, gamma, beta, eps=1e-5):
    mean, var = x.mean(0, keepdim=True), x.var(0, keepdim=True, correction=0) + eps
    return gamma * (x - mean) / var.sqrt() + beta, mean, var


@train_forward.misconception(
    symptom="The numbers are right, but mean and variance have lost an axis.",
    question="What does a reduction do to the axis that it reduces, and why does the output not notice?",
    rule="A row of H numbers happens to align with columns. Don't rely on it: keep the axis.",
)
def keepdim_lost(x, gamma, beta, eps=1e-5):
    mean, var = x.mean(0), x.var(0, correction=0)
    return gamma * (x - mean) / (var + eps).sqrt() + beta, mean, var


@train_forward.misconception(
    symptom="The third result is the root of what is asked for.",
    question="Was the variance asked for, or the standard deviation?",
    rule="The standard deviation has the unit of the data, the variance its square.",
)
def returns_the_deviation(x, gamma, beta, eps=1e-5):
    mean, std = x.mean(0, keepdim=True), x.std(0, keepdim=True, correction=0)
    return gamma * (x - mean) / (std**2 + eps).sqrt() + beta, mean, std


@train_forward.misconception(
    symptom="The numbers are right, but they are float32 where float64 came in.",
    question="Where does a dtype stand in your code?",
    rule="Take the dtype from the inputs. Half of the digits are lost otherwise, and nobody is told.",
)
def float32_written_down(x, gamma, beta, eps=1e-5):
    mean = torch.zeros(1, x.shape[1], dtype=torch.float32)
    mean += x.mean(0)
    var = ((x.float() - mean) ** 2).mean(0, keepdim=True)
    return gamma.float() * (x.float() - mean) / (var + eps).sqrt() + beta.float(), mean, var


@train_forward.misconception(
    symptom="The numbers are right, but the batch that was handed in has changed.",
    question="Which of your lines write into a tensor that you were given?",
    rule="The batch belongs to the caller, who needs it again in the backward pass.",
)
def batch_centred_in_place(x, gamma, beta, eps=1e-5):
    mean = x.mean(0, keepdim=True)
    x -= mean
    var = (x**2).mean(0, keepdim=True)
    return gamma * x / (var + eps).sqrt() + beta, mean, var


# -- running statistics ---------------------------------------------------------------------------------


@grades(
    "batchnorm_running_stats",
    x=features,
    rvar=variances,
    momentum=momenta,
    minimum=ROWS,
    examples=8,
    parts={"rmean": (0,), "rvar": (1,)},
)
def running_stats(rmean, rvar, x, momentum):
    kept_mean, kept_var = rmean[0].clone(), rvar[0].clone()
    torch.nn.functional.batch_norm(x, kept_mean, kept_var, training=True, momentum=momentum)
    return kept_mean[None], kept_var[None]


@running_stats.property("takes a tenth from the batch where no momentum is given", examples=2)
def usual_momentum(student, rmean, rvar, x):
    left_out, given = student(rmean, rvar, x), student(rmean, rvar, x, 0.1)
    return all(close(a, b) for a, b in zip(left_out, given, strict=True))


@running_stats.property("comes (1 - m)^3 close to the batch after the same batch three times", examples=2)
def the_gap_shrinks(student, rmean, rvar, x):
    mean, var = rmean, rvar
    for _ in range(3):
        mean, var = student(mean, var, x, 0.25)
    first, left = x.mean(0, keepdim=True) - rmean, x.mean(0, keepdim=True) - mean
    return near_zero(left - 0.75**3 * first, scale=10.0)


@running_stats.alternative
def step_towards_the_batch(rmean, rvar, x, momentum=0.1):
    var, mean = torch.var_mean(x, dim=0, keepdim=True)
    return rmean + momentum * (mean - rmean), rvar + momentum * (var - rvar)


@running_stats.alternative
def by_lerp(rmean, rvar, x, momentum=0.1):
    N = x.shape[0]
    mean = x.sum(0, keepdim=True) / N
    return [rmean.lerp(mean, momentum), torch.lerp(rvar, x.var(0, keepdim=True, correction=1), momentum)]


@running_stats.alternative
def corrected_afterwards(rmean, rvar, x, momentum=0.1):
    N, share = len(x), 1 - momentum
    biased = (x - x.mean(0)).square().mean(0, keepdim=True)
    return share * rmean + momentum * x.mean(0, keepdim=True), share * rvar + momentum * biased * N / (N - 1)


@running_stats.alternative
def on_clones(rmean, rvar, x, momentum=0.1):
    mean, var = rmean.clone(), rvar.clone()
    mean *= 1 - momentum
    mean += momentum * x.mean(0)
    var.mul_(1 - momentum).add_(momentum * x.var(0))
    return mean, var


@running_stats.misconception(
    symptom="The results nearly equal the batch where they should hardly have moved.",
    question="Is momentum the share that is kept or the share that is new?",
    rule="Both conventions are in use. In PyTorch's batchnorm a small momentum means a long memory.",
)
def momentum_is_what_is_kept(rmean, rvar, x, momentum=0.1):
    var, mean = torch.var_mean(x, dim=0, keepdim=True)
    return momentum * rmean + (1 - momentum) * mean, momentum * rvar + (1 - momentum) * var


@running_stats.misconception(
    symptom="The mean is right; the variance is a little too small, most of all for few rows.",
    question="What is this variance for: for this batch, or for data that you haven't seen?",
    rule="An estimate that is kept for other data is the corrected one.",
)
def biased_variance_kept(rmean, rvar, x, momentum=0.1):
    var, mean = torch.var_mean(x, dim=0, keepdim=True, correction=0)
    return (1 - momentum) * rmean + momentum * mean, (1 - momentum) * rvar + momentum * var


@running_stats.misconception(
    symptom="The mean is right; the variance moves towards the mean of the batch.",
    question="What is fed into each of your two lines?",
    rule="Two lines that look alike are often copied. Read the second one as if it were somebody else's.",
)
def mean_into_the_variance(rmean, rvar, x, momentum=0.1):
    mean = x.mean(0, keepdim=True)
    return (1 - momentum) * rmean + momentum * mean, (1 - momentum) * rvar + momentum * mean


@running_stats.misconception(
    symptom="The mean is right; the variance moves towards the root of what it should.",
    question="Is it the variance or the standard deviation that is kept here?",
    rule="The mean of deviations is no deviation of anything. Keep the quantity that the text names.",
)
def deviation_kept(rmean, rvar, x, momentum=0.1):
    mean, std = x.mean(0, keepdim=True), x.std(0, keepdim=True)
    return (1 - momentum) * rmean + momentum * mean, (1 - momentum) * rvar + momentum * std


@running_stats.misconception(
    symptom="The results are the statistics of the batch alone.",
    question="What is left of the earlier batches in your result?",
    rule="A running average forgets slowly. The last batch alone is one noisy sample.",
)
def last_batch_only(rmean, rvar, x, momentum=0.1):
    return x.mean(0, keepdim=True), x.var(0, keepdim=True)


@running_stats.misconception(
    symptom="The results grow with every batch.",
    question="Do the two shares add up to one?",
    rule="An average gives away as much of the old as it takes of the new.",
)
def old_share_not_reduced(rmean, rvar, x, momentum=0.1):
    return rmean + momentum * x.mean(0, keepdim=True), rvar + momentum * x.var(0, keepdim=True)


@running_stats.misconception(
    symptom="The numbers are right, but the caller's statistics have changed.",
    question="Which of your lines write into a tensor that you were given?",
    rule="A function that returns the new state leaves the old one alone. A layer may do otherwise.",
)
def changed_in_place(rmean, rvar, x, momentum=0.1):
    rmean.mul_(1 - momentum).add_(momentum * x.mean(0))
    rvar.mul_(1 - momentum).add_(momentum * x.var(0))
    return rmean.clone(), rvar.clone()


@running_stats.misconception(
    symptom="The mean is right; the variance moves as if the batch had less spread around the wrong place.",
    question="From which mean are the squared distances measured?",
    rule="The variance of a batch is taken around its own mean. The running mean is another number.",
)
def variance_around_the_running_mean(rmean, rvar, x, momentum=0.1):
    mean = (1 - momentum) * rmean + momentum * x.mean(0, keepdim=True)
    var = ((x - mean) ** 2).sum(0, keepdim=True) / (len(x) - 1)
    return mean, (1 - momentum) * rvar + momentum * var


# -- evaluation -----------------------------------------------------------------------------------------


@grades("batchnorm_eval_forward", rvar=variances, eps=EPS, examples=8)
def eval_forward(x, gamma, beta, rmean, rvar, eps):
    stored = (rmean[0], rvar[0], gamma[0], beta[0])
    return torch.nn.functional.batch_norm(x, *stored, training=False, eps=eps)


@eval_forward.property("takes 1e-5 for eps where none is given", examples=2)
def usual_eps_in_evaluation(student, x, gamma, beta, rmean, rvar):
    given = student(x, gamma, beta, rmean, rvar, 1e-5)
    return close(student(x, gamma, beta, rmean, rvar), given)


@eval_forward.property("is the same for an example alone as in company", examples=3)
def one_example_alone(student, x, gamma, beta, rmean, rvar):
    whole, alone = student(x, gamma, beta, rmean, rvar), student(x[:1], gamma, beta, rmean, rvar)
    return close(whole[:1], alone)


@eval_forward.alternative
def as_one_affine_map(x, gamma, beta, rmean, rvar, eps=1e-5):
    scale = gamma * (rvar + eps) ** -0.5
    return x * scale + (beta - rmean * scale)


@eval_forward.alternative
def example_by_example(x, gamma, beta, rmean, rvar, eps=1e-5):
    out = torch.zeros_like(x)
    for i, row in enumerate(x):
        out[i] = (gamma * (row - rmean) / torch.sqrt(rvar + eps) + beta)[0]
    return out


@eval_forward.alternative
def in_place_on_a_copy(x, gamma, beta, rmean, rvar, eps=1e-5):
    out = x.clone()
    out -= rmean
    out *= torch.rsqrt(rvar + eps)
    return out.mul_(gamma).add_(beta)


@eval_forward.misconception(
    symptom="One example alone gives nan, and every example changes with its companions.",
    question="Of which examples are mean and variance in your code?",
    rule="After training an answer must not depend on who else is asked. The statistics are stored ones.",
)
def statistics_of_the_batch(x, gamma, beta, rmean, rvar, eps=1e-5):
    return gamma * (x - x.mean(0, keepdim=True)) / (x.var(0, keepdim=True) + eps).sqrt() + beta


@eval_forward.misconception(
    symptom="The spread of each column is nearly right; the columns are not where they should be.",
    question="Which of your two statistics comes from the batch?",
    rule="Mean and variance belong together. If one is stored, so is the other.",
)
def mean_of_the_batch(x, gamma, beta, rmean, rvar, eps=1e-5):
    return gamma * (x - x.mean(0, keepdim=True)) / (rvar + eps).sqrt() + beta


@eval_forward.misconception(
    symptom="Columns with a large stored variance come out too narrow.",
    question="Is it the variance or its root that has the unit of the data?",
    rule="What is stored is a variance. Dividing needs its root.",
)
def divided_by_the_stored_variance(x, gamma, beta, rmean, rvar, eps=1e-5):
    return gamma * (x - rmean) / (rvar + eps) + beta


@eval_forward.misconception(
    symptom="Ordinary columns are nearly right; columns with a tiny stored variance are far off.",
    question="To which of the two is eps added, to the variance or to its root?",
    rule="eps has the same place in evaluation as in training.",
)
def eps_outside_the_stored_root(x, gamma, beta, rmean, rvar, eps=1e-5):
    return gamma * (x - rmean) / (rvar.sqrt() + eps) + beta


@eval_forward.misconception(
    symptom="Ordinary columns are nearly right; columns with a tiny stored variance come out too wide.",
    question="Does a stored variance need eps less than a measured one?",
    rule="Evaluation repeats what training did, eps included, or the network meets numbers new to it.",
)
def no_eps_in_evaluation(x, gamma, beta, rmean, rvar, eps=1e-5):
    return gamma * (x - rmean) / rvar.sqrt() + beta


@eval_forward.misconception(
    symptom="The output has the right pattern and ignores gamma and beta.",
    question="What did the network learn in this layer?",
    rule="Gain and bias are part of the trained network. Evaluation uses them as training did.",
)
def no_gain_no_bias(x, gamma, beta, rmean, rvar, eps=1e-5):
    return (x - rmean) / (rvar + eps).sqrt()


@eval_forward.misconception(
    symptom="The output is right only where gamma is one.",
    question="Is the bias multiplied by the gain?",
    rule="Gain first, then bias: the bias is where the centre of the column ends up.",
)
def bias_before_gain_in_evaluation(x, gamma, beta, rmean, rvar, eps=1e-5):
    return gamma * ((x - rmean) / (rvar + eps).sqrt() + beta)


@eval_forward.misconception(
    symptom="The numbers are right, but the examples that were handed in have changed.",
    question="Which of your lines write into a tensor that you were given?",
    rule="Who asks a network about an example wants to keep the example.",
)
def examples_changed_in_place(x, gamma, beta, rmean, rvar, eps=1e-5):
    x -= rmean
    return gamma * x / (rvar + eps).sqrt() + beta


# -- calibration ----------------------------------------------------------------------------------------


def a_data_set(draw: Draw) -> dict[str, object]:
    """Three splits in batches of different sizes and in any order, each batch and each split around a mean of
    its own, and the layers in front of batchnorm as a function, which is linear or not."""
    K, H = draw.sizes["K"], draw.sizes["H"]
    weights, bias = draw.normal(K, H).double().tolist(), draw.normal(1, H).double().tolist()
    text = f"def preact(X):\n    W = torch.tensor({weights}, dtype=X.dtype)\n"
    text += f"    return {draw.pick(['X', 'X.abs()'])} @ W + torch.tensor({bias}, dtype=X.dtype)"
    splits = {}
    for offset, (name, batches) in enumerate([("train", draw.sizes["B"]), ("val", 2), ("test", 2)]):
        rows = [draw.integer(2, 4) for _ in range(batches - 1)]
        rows.append(max(rows) + 1 if offset else 1)  # the last batch of training holds one example
        splits[name] = [draw.normal(n, K) + offset + draw.normal(1, K) for n in rows]
    names = draw.pick([("train", "val", "test"), ("test", "val", "train"), ("val", "train", "test")])
    return {"preact": remote_function(text), "splits": {name: splits[name] for name in names}}


@grades(
    "batchnorm_calibrate",
    case_of=a_data_set,
    minimum={"B": 3, "K": 2, "H": 2},
    largest={"B": 5, "K": 4, "H": 5},
    examples=6,
    parts={"mean": (0,), "var": (1,)},
)
def calibration(preact, splits):
    h = torch.cat([preact(X) for X in splits["train"]])
    return h.mean(0, keepdim=True), h.var(0, keepdim=True, correction=1)


@calibration.property("is the same however the examples are spread over batches", examples=3)
def other_batches(student, preact, splits):
    whole = torch.cat(splits["train"])
    other = {**splits, "train": [whole[:2], whole[2:]]}
    pairs = zip(student(preact, splits), student(preact, other), strict=True)
    return all(close(a, b, scale=100.0) for a, b in pairs)


@calibration.alternative
def cat_first(preact, splits):
    var, mean = torch.var_mean(preact(torch.cat(splits["train"], dim=0)), dim=0, keepdim=True)
    return mean, var


@calibration.alternative
def batch_by_batch(preact, splits):
    n, total = 0, 0.0
    for X in splits["train"]:
        n, total = n + len(X), total + preact(X).sum(0, keepdim=True)
    mean = total / n
    squares = sum(((preact(X) - mean) ** 2).sum(0, keepdim=True) for X in splits["train"])
    return mean, squares / (n - 1)


@calibration.alternative
def one_example_at_a_time(preact, splits):
    n, mean, squares = 0, 0.0, 0.0
    for X in splits["train"]:
        for h in preact(X):
            n += 1
            gap = h[None] - mean
            mean = mean + gap / n
            squares = squares + gap * (h[None] - mean)
    return [mean, squares / (n - 1)]


@calibration.misconception(
    symptom="Both results are off, and they don't change when the training data change.",
    question="Which split may a trained network have learned from?",
    rule="Everything that is fitted is fitted on training data, and calibration is fitting.",
)
def validation_data(preact, splits):
    h = torch.cat([preact(X) for X in splits["val"]])
    return h.mean(0, keepdim=True), h.var(0, keepdim=True)


@calibration.misconception(
    symptom="Both results are off, and they change when the test data change.",
    question="May the test data say anything about the network before the test?",
    rule="Everything that is fitted is fitted on training data, and calibration is fitting.",
)
def all_splits(preact, splits):
    h = torch.cat([preact(X) for batches in splits.values() for X in batches])
    return h.mean(0, keepdim=True), h.var(0, keepdim=True)


@calibration.misconception(
    symptom="A batch with one example makes nan, or the results change with the way the data are batched.",
    question="Is the variance of a whole the mean of the variances of its parts?",
    rule="The parts also differ in their means. Take the statistics of the whole set at once.",
)
def mean_of_batch_variances(preact, splits):
    hs = [preact(X) for X in splits["train"]]
    mean = torch.stack([h.mean(0, keepdim=True) for h in hs]).mean(0)
    return mean, torch.stack([h.var(0, keepdim=True) for h in hs]).mean(0)


@calibration.misconception(
    symptom="The variance is right; the mean leans towards the small batches.",
    question="How much does an example in a small batch count, and how much one in a large batch?",
    rule="A mean of means is the mean only if all groups have the same size.",
)
def every_batch_counts_the_same(preact, splits):
    hs = [preact(X) for X in splits["train"]]
    mean = torch.stack([h.mean(0, keepdim=True) for h in hs]).mean(0)
    return mean, torch.cat(hs).var(0, keepdim=True)


@calibration.misconception(
    symptom="Both results are those of one batch.",
    question="Which examples take part in your statistics?",
    rule="Calibration is there to be independent of a batch, so every example counts.",
)
def first_batch_only(preact, splits):
    h = preact(splits["train"][0])
    return h.mean(0, keepdim=True), h.var(0, keepdim=True)


@calibration.misconception(
    symptom="The result is right only where the first split of the dict is the one that is asked for.",
    question="How does your code find the split: by its name, or by its place?",
    rule="A dict is asked by key. The order of its entries says nothing.",
)
def first_split_of_the_dict(preact, splits):
    h = torch.cat([preact(X) for X in next(iter(splits.values()))])
    return h.mean(0, keepdim=True), h.var(0, keepdim=True)


@calibration.misconception(
    symptom="The variance is right; the mean is right where what stands before batchnorm is linear.",
    question="Is the output for a mean input the mean of the outputs?",
    rule="Take the mean of what the layer gets. A mean that is taken earlier passes through a bend.",
)
def output_of_the_mean_input(preact, splits):
    X = torch.cat(splits["train"])
    return preact(X.mean(0, keepdim=True)), preact(X).var(0, keepdim=True)


@calibration.misconception(
    symptom="The mean is right; the variance is a little too small.",
    question="Which divisor does an estimate for other data need?",
    rule="A variance that is kept for later is the corrected one in this unit.",
)
def biased_calibration(preact, splits):
    h = torch.cat([preact(X) for X in splits["train"]])
    return h.mean(0, keepdim=True), h.var(0, keepdim=True, correction=0)


@calibration.misconception(
    symptom="The mean is right; the square of your second result would be right too.",
    question="Is a variance asked for, or its root?",
    rule="The root comes later, after eps.",
)
def deviation_calibrated(preact, splits):
    h = torch.cat([preact(X) for X in splits["train"]])
    return h.mean(0, keepdim=True), h.std(0, keepdim=True)


@calibration.misconception(
    symptom="The shapes are those of the data, not of the layer.",
    question="Of which numbers does batchnorm need the statistics: of what enters the network, or the layer?",
    rule="Batchnorm normalises what comes into it. Push the data through everything before it first.",
)
def statistics_of_the_inputs(preact, splits):
    X = torch.cat(splits["train"])
    return X.mean(0, keepdim=True), X.var(0, keepdim=True)


# -- dead biases ----------------------------------------------------------------------------------------


def measured_gradients(draw: Draw) -> dict[str, object]:
    """Gradients of layers as float32 leaves them: dead biases are rounding of sums, live ones may be small,
    mostly zero or of one sign, and the scale of a whole layer may be anything. In some layers one weight
    stands out, in others all have the same size, or none has a gradient above zero. The first layer is
    always near the limit: all entries are just below it, or all just above."""
    weight_grads, bias_grads = [], []
    dead = [i % 2 == draw.structure.seed % 2 for i in range(draw.sizes["L"])]
    for i, is_dead in enumerate(dead):
        K, H = draw.sizes["K"] + i, draw.sizes["H"] + i % 2
        size = draw.pick([1.0, 1e-3, 1e-7, 1e3])
        dW, db = size * draw.normal(K, H).double(), 0.01 * size * draw.normal(H).double()
        dW[-1, 0] = db[0] = -2.0 * size  # so that no layer is small by chance
        db[0] *= 0.01
        shape = draw.pick(["normal", "below zero", "one large", "even"]) if i else "even"
        nothing = is_dead and i > 0 and draw.integer(0, 2) == 0  # not even the weights learn
        if shape == "below zero":
            dW = -dW.abs()
        elif shape == "one large":
            dW = torch.where(dW.abs() < dW.abs().max(), 1e-3 * dW, dW)
        elif shape == "even":
            dW = 2.0 * size * torch.where(dW > 0, 1.0, -1.0).double()
        kind = draw.integer(0, 3)
        if shape == "even":
            db = torch.zeros(H).double()
            db[-1] = 2.2e-5 * 2.0 * size  # one unit alone learns, and only just
        elif kind == 0:
            db[1:] = 0.0  # one unit alone learns
        elif kind == 1:
            db[1:] = -db[0] / (H - 1)  # all of them do, and their sum is zero
        elif kind == 2:
            db = -db.abs()
        if is_dead:  # rounding: a few units in the last place of the numbers that were added up
            db = torch.randint(-4, 5, (H,), generator=draw.generator).double() * 2.0**-24 * size
            db[:2] = 2.0**-24 * size
        if nothing:
            dW, db = 0 * dW, 0 * db
        if i == 0:  # the norm of the entries is above the limit in both cases
            db = (0.9e-5 if is_dead else 1.1e-5) * dW[0]
        weight_grads.append(draw.finish(dW))
        bias_grads.append(draw.finish(db))
    return {"weight_grads": weight_grads, "bias_grads": bias_grads}


@grades(
    "bias_before_bn_is_dead",
    case_of=measured_gradients,
    minimum={"L": 2, "K": 2, "H": 3},
    largest={"L": 5, "K": 4, "H": 5},
    examples=16,
)
def dead_biases(weight_grads, bias_grads):
    layers = range(len(bias_grads))
    sizes = [(float(bias_grads[i].abs().max()), float(weight_grads[i].abs().max())) for i in layers]
    assert not any(0.95e-5 * w < b < 1.05e-5 * w for b, w in sizes)
    return [b == 0 or b < 1e-5 * w for b, w in sizes]


@dead_biases.alternative
def every_entry_small(weight_grads, bias_grads):
    out = []
    for dW, db in zip(weight_grads, bias_grads, strict=True):
        out.append(all(abs(float(entry)) <= 1e-5 * float(dW.abs().max()) for entry in db))
    return out


@dead_biases.alternative
def by_norm(weight_grads, bias_grads):
    largest = [torch.linalg.vector_norm(dW, float("inf")) for dW in weight_grads]
    pairs = zip(bias_grads, largest, strict=True)
    return [not bool(torch.linalg.vector_norm(db, float("inf")) > 1e-5 * top) for db, top in pairs]


@dead_biases.alternative
def as_bool_tensors(weight_grads, bias_grads):
    return [(bias_grads[i].abs() <= weight_grads[i].abs().max() * 1e-5).all() for i in range(len(bias_grads))]


@dead_biases.misconception(
    symptom="No bias counts as dead, although some of them learn nothing.",
    question="What does float32 leave of a sum that is zero in truth?",
    rule="Never compare a float with zero by ==. Zero up to rounding is small beside what was added up.",
)
def exactly_zero(weight_grads, bias_grads):
    return [bool((db == 0).all()) for db in bias_grads]


@dead_biases.misconception(
    symptom="Layers with small gradients count as dead, and dead ones with large gradients as alive.",
    question="Small beside what?",
    rule="Rounding is relative. A fixed threshold means nothing if the loss has another unit.",
)
def fixed_threshold(weight_grads, bias_grads):
    return [bool(db.abs().max() <= 1e-8) for db in bias_grads]


@dead_biases.misconception(
    symptom="A bias whose gradient is negative everywhere counts as dead.",
    question="Is -0.1 larger or smaller than 1e-5?",
    rule="The size of a number is its absolute value.",
)
def sign_kept(weight_grads, bias_grads):
    pairs = zip(weight_grads, bias_grads, strict=True)
    return [bool(db.max() <= 1e-5 * dW.abs().max()) for dW, db in pairs]


@dead_biases.misconception(
    symptom="A bias of which one unit learns and the others don't counts as dead.",
    question="How many entries must be small: one, or all?",
    rule="A layer's bias can be left out only if every one of its entries learns nothing.",
)
def one_small_entry_is_enough(weight_grads, bias_grads):
    pairs = zip(weight_grads, bias_grads, strict=True)
    return [bool((db.abs() <= 1e-5 * dW.abs().max()).any()) for dW, db in pairs]


@dead_biases.misconception(
    symptom="A bias whose gradients cancel each other in the sum counts as dead.",
    question="Can numbers be large and have a mean of zero?",
    rule="Take sizes first, and then the largest or the mean of them.",
)
def mean_of_the_gradient(weight_grads, bias_grads):
    pairs = zip(weight_grads, bias_grads, strict=True)
    return [bool(db.mean().abs() <= 1e-5 * dW.abs().max()) for dW, db in pairs]


@dead_biases.misconception(
    symptom="A bias is called dead of which one unit still learns, but little.",
    question="Do you compare the largest sizes, or something into which all sizes go?",
    rule="A mean or a norm hides a single entry. A bias is dead if none of its entries moves.",
)
def means_of_sizes(weight_grads, bias_grads):
    pairs = zip(weight_grads, bias_grads, strict=True)
    return [bool(db.abs().mean() <= 1e-5 * dW.abs().mean()) for dW, db in pairs]


@dead_biases.misconception(
    symptom="Dead biases are missed in layers whose weight gradients are nearly all below zero.",
    question="Is the largest number also the one that is largest in size?",
    rule="Sizes are compared without their signs, on both sides of the comparison.",
)
def sign_of_the_weights_kept(weight_grads, bias_grads):
    return [bool(db.abs().max() <= 1e-5 * dW.max()) for dW, db in zip(weight_grads, bias_grads, strict=True)]


@dead_biases.misconception(
    symptom="Dead biases are missed where the units of a layer have gradients of very different sizes.",
    question="With what is each entry of the bias compared: with its own column, or with the whole layer?",
    rule="One scale for a layer: that of its largest gradient.",
)
def each_unit_by_itself(weight_grads, bias_grads):
    pairs = zip(weight_grads, bias_grads, strict=True)
    return [bool((db.abs() <= 1e-5 * dW.abs().max(0).values).all()) for dW, db in pairs]


@dead_biases.misconception(
    symptom="Every answer is the opposite of what it should be.",
    question="Does True stand for a bias that is dead or for one that is alive?",
    rule="Say in words what True means before you write the comparison.",
)
def true_for_alive(weight_grads, bias_grads):
    pairs = zip(weight_grads, bias_grads, strict=True)
    return [bool(db.abs().max() > 1e-5 * dW.abs().max()) for dW, db in pairs]


# -- coupling -------------------------------------------------------------------------------------------


def example_and_companions(draw: Draw) -> dict[str, Tensor]:
    """One example and two groups of companions, cut from tables of features."""
    A, B, H = (draw.sizes[letter] for letter in "ABH")
    table = features(draw, (A + B + 1, H))
    values = {"example": table[:1], "first": table[1 : A + 1], "second": table[A + 1 :]}
    values |= {name: draw.normal(1, H) for name in ("gamma", "beta", "rmean")}
    eps = draw.pick([1e-5, 1e-5, 1e-3, 0.1])
    return values | {"rvar": variances(draw, (1, H)), "eps": eps}


@grades(
    "batch_coupling_demo",
    case_of=example_and_companions,
    minimum={"A": 2, "B": 2, "H": 2},
    examples=8,
    parts={"first": (0,), "second": (1,), "alone": (2,)},
)
def coupling(example, first, second, gamma, beta, rmean, rvar, eps):
    def trained(companions):
        x = torch.cat([companions, example])
        norm = torch.nn.functional.batch_norm(x, None, None, gamma[0], beta[0], training=True, eps=eps)
        return norm[-1:]

    stored = (rmean[0], rvar[0], gamma[0], beta[0])
    return trained(first), trained(second), torch.nn.functional.batch_norm(example, *stored, eps=eps)


@coupling.property("takes 1e-5 for eps where none is given", examples=2)
def usual_eps_of_three(student, example, first, second, gamma, beta, rmean, rvar):
    given = (example, first, second, gamma, beta, rmean, rvar)
    pairs = zip(student(*given), student(*given, 1e-5), strict=True)
    return all(close(a, b, scale=10.0) for a, b in pairs)


@coupling.property("gives the same in evaluation whoever the companions are", examples=2)
def alone_in_evaluation(student, example, first, second, gamma, beta, rmean, rvar):
    stored = (gamma, beta, rmean, rvar)
    here, there = student(example, first, second, *stored), student(example, second, first, *stored)
    return close(here[2], there[2]) and close(here[0], there[1], scale=10.0)


@coupling.alternative
def example_last(example, first, second, gamma, beta, rmean, rvar, eps=1e-5):
    out = []
    for companions in (first, second):
        x = torch.cat((companions, example), dim=0)
        var, mean = torch.var_mean(x, dim=0, keepdim=True, correction=0)
        out.append((gamma * (x - mean) * (var + eps) ** -0.5 + beta)[-1:])
    out.append(gamma * (example - rmean) * (rvar + eps) ** -0.5 + beta)
    return tuple(out)


@coupling.alternative
def sums_by_hand(example, first, second, gamma, beta, rmean, rvar, eps=1e-5):
    def normalised(mean, var):
        return gamma * (example - mean) / torch.sqrt(var + eps) + beta

    def statistics(companions):
        n = len(companions) + 1
        mean = (companions.sum(0, keepdim=True) + example) / n
        squares = ((companions - mean) ** 2).sum(0, keepdim=True) + (example - mean) ** 2
        return mean, squares / n

    return normalised(*statistics(first)), normalised(*statistics(second)), normalised(rmean, rvar)


@coupling.alternative
def by_mean_of_squares(example, first, second, gamma, beta, rmean, rvar, eps=1e-5):
    means, spreads = [], []
    for table in (torch.vstack([companions, example]) for companions in (first, second)):
        centred = table - table.mean(0)
        means.append(table.mean(0))
        spreads.append(torch.einsum("nh,nh->h", centred, centred) / table.shape[0])
    mean, var = torch.stack([*means, rmean[0]]), torch.stack([*spreads, rvar[0]])
    out = (example - mean) / (var + eps).sqrt() * gamma + beta  # (3, H)
    return [row.clone()[None] for row in out]


@coupling.misconception(
    symptom="The last result is right; in the first two the example is too far from its companions.",
    question="How many rows has the batch: does the example belong to it?",
    rule="In training an example is normalised by statistics in which it takes part itself.",
)
def example_left_out_of_its_batch(example, first, second, gamma, beta, rmean, rvar, eps=1e-5):
    out = []
    for x in (first, second):
        mean, var = x.mean(0, keepdim=True), x.var(0, keepdim=True, correction=0)
        out.append(gamma * (example - mean) / (var + eps).sqrt() + beta)
    return (*out, gamma * (example - rmean) / (rvar + eps).sqrt() + beta)


@coupling.misconception(
    symptom="The last result is right; the first two lie a little too near to beta.",
    question="Which divisor does the text name for the variance in training?",
    rule="A batch is normalised by the plain mean of squared distances. The corrected one is for keeping.",
)
def unbiased_in_training(example, first, second, gamma, beta, rmean, rvar, eps=1e-5):
    out = []
    for companions in (first, second):
        x = torch.cat([example, companions])
        mean, var = x.mean(0, keepdim=True), x.var(0, keepdim=True)
        out.append(gamma * (example - mean) / (var + eps).sqrt() + beta)
    return (*out, gamma * (example - rmean) / (rvar + eps).sqrt() + beta)


@coupling.misconception(
    symptom="All three results are the same.",
    question="From where come the statistics in training?",
    rule="In training the batch gives them, and that is what couples its examples.",
)
def never_coupled(example, first, second, gamma, beta, rmean, rvar, eps=1e-5):
    alone = gamma * (example - rmean) / (rvar + eps).sqrt() + beta
    return alone, alone.clone(), alone.clone()


@coupling.misconception(
    symptom="The first two results are right; the last one depends on the companions.",
    question="Who else is in the room when a trained network is asked about one example?",
    rule="In evaluation nobody else takes part. Stored statistics stand in for the batch.",
)
def coupled_in_evaluation(example, first, second, gamma, beta, rmean, rvar, eps=1e-5):
    out = []
    for companions in ([first], [second], [first, second]):
        x = torch.cat([example, *companions])
        mean, var = x.mean(0, keepdim=True), x.var(0, keepdim=True, correction=0)
        out.append(gamma * (example - mean) / (var + eps).sqrt() + beta)
    return tuple(out)


@coupling.misconception(
    symptom="The last result is right; the first two belong to some companion.",
    question="Which row of the batch is the example?",
    rule="Rows keep their places in batchnorm. Count where you put the example.",
)
def row_of_a_companion(example, first, second, gamma, beta, rmean, rvar, eps=1e-5):
    out = []
    for companions in (first, second):
        x = torch.cat([example, companions])
        mean, var = x.mean(0, keepdim=True), x.var(0, keepdim=True, correction=0)
        out.append((gamma * (x - mean) / (var + eps).sqrt() + beta)[-1:])
    return (*out, gamma * (example - rmean) / (rvar + eps).sqrt() + beta)


@coupling.misconception(
    symptom="The last result is right; the first two are equal.",
    question="Do both groups of companions stand in one batch in your code?",
    rule="A batch couples those who are in it. Two batches are two sets of statistics.",
)
def one_batch_for_all(example, first, second, gamma, beta, rmean, rvar, eps=1e-5):
    x = torch.cat([example, first, second])
    mean, var = x.mean(0, keepdim=True), x.var(0, keepdim=True, correction=0)
    out = gamma * (example - mean) / (var + eps).sqrt() + beta
    return out, out.clone(), gamma * (example - rmean) / (rvar + eps).sqrt() + beta


@coupling.misconception(
    symptom="The numbers are right, but the example that was handed in has changed.",
    question="Which of your lines write into a tensor that you were given?",
    rule="The example is used three times. Whoever writes into it sees another one the next time.",
)
def example_changed_in_place(example, first, second, gamma, beta, rmean, rvar, eps=1e-5):
    out = []
    for companions in (first, second):
        x = torch.cat([example, companions])
        mean, var = x.mean(0, keepdim=True), x.var(0, keepdim=True, correction=0)
        out.append(gamma * (example - mean) / (var + eps).sqrt() + beta)
    example -= rmean
    return (*out, gamma * example / (rvar + eps).sqrt() + beta)


# -- layer norm -----------------------------------------------------------------------------------------


@grades(
    "layer_norm_contrast",
    x=examples_with_small_rows,
    eps=EPS,
    minimum={"H": 3},
    examples=8,
    parts={"mean": (1,), "var": (2,), "out": (0,)},
)
def layer_norm(x, gamma, beta, eps):
    out = torch.nn.functional.layer_norm(x, x.shape[1:], gamma[0], beta[0], eps)
    return out, x.mean(1, keepdim=True), x.var(1, keepdim=True, correction=0)


@layer_norm.property("takes 1e-5 for eps where none is given", examples=2)
def usual_eps_of_rows(student, x, gamma, beta):
    return close(student(x, gamma, beta)[0], student(x, gamma, beta, 1e-5)[0], scale=10.0)


@layer_norm.property("has rows that don't change when another row does", examples=3)
def rows_are_alone(student, x, gamma, beta):
    other = torch.cat([x[:1], 7 * x[1:].flip(1)])
    return close(student(other, gamma, beta)[0][:1], student(x, gamma, beta)[0][:1], scale=10.0)


@layer_norm.alternative
def by_row(x, gamma, beta, eps=1e-5):
    N = len(x)
    means, spreads = torch.zeros(N, 1, dtype=x.dtype), torch.zeros(N, 1, dtype=x.dtype)
    rows = []
    for i in range(N):
        means[i, 0], spreads[i, 0] = x[i].mean(), ((x[i] - x[i].mean()) ** 2).mean()
        rows.append(gamma[0] * (x[i] - means[i, 0]) / torch.sqrt(spreads[i, 0] + eps) + beta[0])
    return torch.stack(rows), means, spreads


@layer_norm.alternative
def batchnorm_of_the_transposed(x, gamma, beta, eps=1e-5):
    xt = x.T
    mean, var = xt.mean(0, keepdim=True), xt.var(0, keepdim=True, correction=0)
    return ((xt - mean) / (var + eps).sqrt()).T * gamma + beta, mean.T, var.T


@layer_norm.alternative
def by_last_axis(x, gamma, beta, eps=1e-5):
    var, mean = torch.var_mean(x, -1, keepdim=True, unbiased=False)
    return (x - mean) * (var + eps).rsqrt() * gamma + beta, mean, var


@layer_norm.misconception(
    symptom="Mean and variance come as rows, one number per feature.",
    question="Along which axis do the features of one example lie?",
    rule="Layer norm never looks at another example.",
)
def batchnorm_again(x, gamma, beta, eps=1e-5):
    mean, var = x.mean(0, keepdim=True), x.var(0, keepdim=True, correction=0)
    return gamma * (x - mean) / (var + eps).sqrt() + beta, mean, var


@layer_norm.misconception(
    symptom="The variance is too large by a factor that depends on the number of features only.",
    question="Which divisor does the text name?",
    rule="Layer norm in the paper and in PyTorch divides by the number of features.",
)
def unbiased_rows(x, gamma, beta, eps=1e-5):
    mean, var = x.mean(1, keepdim=True), x.var(1, keepdim=True)
    return gamma * (x - mean) / (var + eps).sqrt() + beta, mean, var


@layer_norm.misconception(
    symptom="The code stops, or a square table gives wrong numbers, because the means have lost an axis.",
    question="How does a row of N numbers meet a table of N rows?",
    rule="Broadcasting aligns from the right. Statistics of rows must keep their axis to meet the rows.",
)
def keepdim_lost_on_rows(x, gamma, beta, eps=1e-5):
    mean, var = x.mean(1), x.var(1, correction=0)
    return gamma * (x - mean) / (var + eps).sqrt() + beta, mean, var


@layer_norm.misconception(
    symptom="Ordinary rows are nearly right; rows of tiny variance are far off.",
    question="To which of the two is eps added, to the variance or to its root?",
    rule="eps is a variance. It joins the variance before the root is taken.",
)
def eps_outside_the_root_of_rows(x, gamma, beta, eps=1e-5):
    mean, var = x.mean(1, keepdim=True), x.var(1, keepdim=True, correction=0)
    return gamma * (x - mean) / (var.sqrt() + eps) + beta, mean, var


@layer_norm.misconception(
    symptom="Every row of the output has mean 0 and spread 1, whatever gamma and beta are.",
    question="Where do gamma and beta enter?",
    rule="Layer norm has a gain and a bias per feature, as batchnorm has.",
)
def no_affine_for_rows(x, gamma, beta, eps=1e-5):
    mean, var = x.mean(1, keepdim=True), x.var(1, keepdim=True, correction=0)
    return (x - mean) / (var + eps).sqrt(), mean, var


@layer_norm.misconception(
    symptom="All rows have the same mean and the same variance.",
    question="Over how many numbers does each of your means run?",
    rule="Every example has a mean of its own. A mean of the whole table couples them again.",
)
def one_mean_for_the_table(x, gamma, beta, eps=1e-5):
    column = torch.ones_like(x[:, :1])
    mean, var = x.mean() * column, x.var(correction=0) * column
    return gamma * (x - mean) / (var + eps).sqrt() + beta, mean, var


# -- the law of scales ----------------------------------------------------------------------------------


def trained_once(x: Tensor, W: Tensor, gamma: Tensor, g: Tensor) -> tuple[Tensor, Tensor]:
    """The loss of a small network with batchnorm (eps 0) behind `x @ W`, and the gradient of `W`."""
    W = W.detach().clone().requires_grad_()
    with torch.enable_grad():
        h = x @ W
        var, mean = torch.var_mean(h, dim=0, correction=0)
        loss = (g * torch.tanh(gamma * (h - mean) / var.sqrt())).mean()
        (dW,) = torch.autograd.grad(loss, W)
    return loss.detach(), dW


def log_ratio_of(dW: Tensor, W: Tensor, lr: float) -> float:
    """log10 of update to data."""
    return float(torch.log10(lr * dW.std() / W.std()))


def measured(x: Tensor, W: Tensor, gamma: Tensor, g: Tensor, lr: float) -> dict[str, object]:
    """What the student gets: the measurements before the scaling."""
    x, W, gamma, g = (t.double() for t in (x, W, gamma, g))  # the loss is a Python float in every case
    loss, dW = trained_once(x, W, gamma, g)
    return {"loss": float(loss), "dW": dW, "log_ratio": log_ratio_of(dW, W, lr)}


def number(low: float, high: float):
    """A Python float, evenly drawn over the orders of magnitude."""
    return lambda draw, shape: float(low * (high / low) ** draw.uniform())


def far_from_degenerate(draw: Draw, shape: tuple[int, ...]) -> Tensor:
    """Normal floats in every style: whole numbers can make a column without spread, or no gradient."""
    return draw.finish(torch.randn(shape, generator=draw.generator, dtype=torch.float64))


@grades(
    "bn_scale_law",
    cache=measured,
    x=far_from_degenerate,
    W=far_from_degenerate,
    gamma=far_from_degenerate,
    g=far_from_degenerate,
    lr=number(1e-3, 1.0),
    s=number(0.05, 20.0),
    minimum={"N": 6, "K": 2, "H": 2},
    largest={"N": 9},
    examples=8,
    parts={"loss": (0,), "dW": (1,), "log_ratio": (2,), "lr": (3,)},
)
def scale_law(
    x: Float[Tensor, "N K"],
    W: Float[Tensor, "K H"],
    gamma: Float[Tensor, "H"],
    g: Float[Tensor, "N H"],
    lr,
    s,
    log_ratio,
):
    loss, dW = trained_once(x, s * W, gamma, g)
    now = log_ratio_of(dW, s * W, lr)
    return float(loss), dW, now, lr * 10 ** (log_ratio - now)


@scale_law.property("undoes itself when the weights are scaled back", examples=2)
def there_and_back(student, loss, dW, log_ratio, lr, s):
    _, there, ratio, rate = student(loss, dW, log_ratio, lr, s)
    _, back, again, lr_again = student(loss, there, ratio, rate, 1 / s)
    return close(back, dW) and abs(again - log_ratio) < 1e-9 and abs(lr_again / lr - 1) < 1e-9


@scale_law.alternative
def by_powers(loss, dW, log_ratio, lr, s):
    return loss, dW * s**-1, log_ratio + math.log10(s**-2), lr * s * s


@scale_law.alternative
def ratio_rebuilt(loss, dW, log_ratio, lr, s):
    ratio = 10**log_ratio
    ratio = ratio / s / s
    return loss, torch.div(dW, s), math.log(ratio) / math.log(10), lr * 10**log_ratio / ratio


@scale_law.alternative
def with_tensors(loss, dW, log_ratio, lr, s):
    scale = torch.tensor(s, dtype=torch.float64)
    log = log_ratio - 2 * torch.log10(scale)
    return (
        torch.tensor(loss, dtype=torch.float64),
        dW / s,
        log,
        torch.tensor(lr, dtype=torch.float64) * scale**2,
    )


@scale_law.misconception(
    symptom="For s above one the gradient is too large, for s below one too small.",
    question="The loss doesn't change. How far does the same step of the weights go when they are larger?",
    rule="Where a function keeps its height and is stretched, its slope gets smaller.",
)
def gradient_grows(loss, dW, log_ratio, lr, s):
    return loss, dW * s, log_ratio, lr


@scale_law.misconception(
    symptom="The loss is right; the gradient is that of the old weights.",
    question="If larger weights give the same output, what does a step of fixed size in them do?",
    rule="The same function of larger weights is a flatter one.",
)
def gradient_stays(loss, dW, log_ratio, lr, s):
    return loss, dW.clone(), log_ratio - math.log10(s), lr * s


@scale_law.misconception(
    symptom="Loss and gradient are right; the ratio moves half as far as it should.",
    question="Which two parts of the ratio change?",
    rule="The gradient changes and the weights change, and the ratio feels both.",
)
def ratio_by_the_gradient_only(loss, dW, log_ratio, lr, s):
    return loss, dW / s, log_ratio - math.log10(s), lr * s


@scale_law.misconception(
    symptom="Loss, gradient and ratio are right; the learning rate goes the wrong way.",
    question="If the ratio has become too small, must the learning rate rise or fall?",
    rule="The update is proportional to the learning rate. Larger weights need larger steps.",
)
def learning_rate_upside_down(loss, dW, log_ratio, lr, s):
    return loss, dW / s, log_ratio - 2 * math.log10(s), lr / s**2


@scale_law.misconception(
    symptom="Loss and gradient are right; the ratio is off by a constant factor in its change.",
    question="To which base is the logarithm in the ratio?",
    rule="math.log is the natural one. The dashboard counts orders of magnitude.",
)
def natural_logarithm(loss, dW, log_ratio, lr, s):
    return loss, dW / s, log_ratio - 2 * math.log(s), lr * s**2


@scale_law.misconception(
    symptom="Loss and gradient are right; the ratio is a number of another kind than the one that came in.",
    question="Is the ratio that you were given a ratio or its logarithm?",
    rule="A factor becomes a difference under a logarithm.",
)
def factor_on_a_logarithm(loss, dW, log_ratio, lr, s):
    return loss, dW / s, log_ratio / s**2, lr * s**2


@scale_law.misconception(
    symptom="The first result is wrong already: the loss is said to change.",
    question="What does batchnorm do to a column that is multiplied by a constant?",
    rule="Normalising removes every scale that was put in before, so nothing after it can notice.",
)
def loss_scales_too(loss, dW, log_ratio, lr, s):
    return loss * s, dW, log_ratio - math.log10(s), lr * s


@scale_law.misconception(
    symptom="Loss, gradient and ratio are right; the learning rate is not changed far enough.",
    question="How far did the ratio move, and by which factor is that brought back?",
    rule="Bring back the whole change of the ratio, the part of the weights included.",
)
def learning_rate_once(loss, dW, log_ratio, lr, s):
    return loss, dW / s, log_ratio - 2 * math.log10(s), lr * s


@scale_law.misconception(
    symptom="The numbers are right, but the gradient that was handed in has changed.",
    question="Which of your lines write into a tensor that you were given?",
    rule="The measured gradient belongs to the caller. Make a new one.",
)
def gradient_scaled_in_place(loss, dW, log_ratio, lr, s):
    dW /= s
    return loss, dW.clone(), log_ratio - 2 * math.log10(s), lr * s**2


# -- momentum -------------------------------------------------------------------------------------------


@grades("momentum_choice", N=integers_in(2, 300), noise=number(0.004, 0.6), examples=16)
def momentum(N, noise):
    low, high = 0.0, 1.0  # by bisection on what the recurrence settles at: v = (1 - m)^2 v + m^2 / N
    for _ in range(200):
        m = (low + high) / 2
        settled = m**2 / N / (1 - (1 - m) ** 2) if m else 0.0
        low, high = (m, high) if settled <= noise**2 else (low, m)
    return 1.0 if high == 1.0 else low


@momentum.property("is 1 where a single batch is quiet enough", examples=2)
def single_batches(student, noise):
    return student(300, 1 + noise) == 1.0


@momentum.property("is smaller for smaller batches", examples=2)
def smaller_batches(student):
    return student(8, 0.01) < student(64, 0.01) < student(512, 0.01)


@momentum.alternative
def solved_for_the_ratio(N, noise):
    variance_of_a_batch = 1 / N
    ratio = noise * noise / variance_of_a_batch
    return 1.0 if ratio >= 1 else 2 / (1 + 1 / ratio)


@momentum.alternative
def by_bisection(N, noise):
    if noise**2 >= 1 / N:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(100):
        m = 0.5 * (low + high)
        if m / (2 - m) / N > noise**2:
            high = m
        else:
            low = m
    return low


@momentum.alternative
def by_the_weights_of_all_batches(N, noise):
    # A batch of age k has the weight m * (1 - m)**k, and the squares of all of them sum to m / (2 - m).
    allowed = noise**2 / (1.0 / N)
    m = torch.tensor([1.0, 2 * allowed / (1 + allowed)], dtype=torch.float64).clamp(max=1.0)
    fits = m / (2 - m) <= allowed * (1 + 1e-12)
    return m[fits].max().item()


@momentum.misconception(
    symptom="The momentum is the same for batches of all sizes.",
    question="How far does the mean of a batch jump, compared with a single value?",
    rule="The mean of many jumps less than one. That is half of the reason for large batches.",
)
def batch_size_forgotten(N, noise):
    return min(2 * noise**2 / (1 + noise**2), 1.0)


@momentum.misconception(
    symptom="For small noise the momentum is far too large.",
    question="Is the noise that you are given a standard deviation or a variance?",
    rule="Variances of independent terms add up, standard deviations don't.",
)
def noise_taken_for_a_variance(N, noise):
    return min(2 * N * noise / (1 + N * noise), 1.0)


@momentum.misconception(
    symptom="For small noise the momentum is right, for larger noise it is too large.",
    question="Which small term did you leave out on the way?",
    rule="An approximation for long memories fails for short ones. The sum can be done exactly.",
)
def long_memory_only(N, noise):
    return min(2 * N * noise**2, 1.0)


@momentum.misconception(
    symptom="The momentum is too large: its running mean jumps more than it may.",
    question="Does only the last batch make the running mean jump?",
    rule="All earlier batches still have a share in it. Sum up what each of them leaves.",
)
def last_batch_alone(N, noise):
    return min(noise * N**0.5, 1.0)


@momentum.misconception(
    symptom="The noisier it may be, the smaller is the momentum.",
    question="Is momentum the share of the old or of the new?",
    rule="In this unit a momentum near zero means a long memory.",
)
def share_of_the_old(N, noise):
    return 1 - min(2 * N * noise**2 / (1 + N * noise**2), 1.0)


@momentum.misconception(
    symptom="Where even single batches are quiet enough, the momentum is above one.",
    question="Which values may a share have?",
    rule="Solve the equation, then look whether the solution makes sense.",
)
def share_above_one(N, noise):
    return 2 * N * noise**2 / (1 + N * noise**2)


# -- what belongs to whom -------------------------------------------------------------------------------


@grades("batchnorm_summary_quiz")
def quiz():
    layer = torch.nn.BatchNorm1d(1)
    trained, kept = dict(layer.named_parameters()), dict(layer.named_buffers())
    names = {
        "gamma": "weight",
        "beta": "bias",
        "running mean": "running_mean",
        "running variance": "running_var",
    }
    answers = {ours: "trained" if theirs in trained else "averaged" for ours, theirs in names.items()}
    assert all(theirs in trained or theirs in kept for theirs in names.values())
    answers |= {"bias of the linear layer before": "left out", "training": "batch", "evaluation": "stored"}
    return answers | {"variance that normalises": "biased", "variance that is stored": "unbiased"}


@quiz.alternative
def by_groups():
    answers = dict.fromkeys(["gamma", "beta"], "trained")
    answers.update(dict.fromkeys(["running mean", "running variance"], "averaged"))
    answers["bias of the linear layer before"] = "left out"
    answers.update(zip(["training", "evaluation"], ["batch", "stored"], strict=True))
    answers.update({"variance that is stored": "unbiased", "variance that normalises": "biased"})
    return answers


@quiz.alternative
def from_a_table():
    table = """gamma:trained;beta:trained;running mean:averaged;running variance:averaged;
    bias of the linear layer before:left out;training:batch;evaluation:stored;
    variance that normalises:biased;variance that is stored:unbiased"""
    rows = [row.strip().split(":") for row in table.split(";")]
    return {key: word for key, word in rows}


@quiz.alternative
def asked_one_by_one():
    def who(name):
        if name.startswith("variance"):
            return "unbiased" if name.endswith("stored") else "biased"
        if name in ("training", "evaluation"):
            return ("stored", "batch")[name == "training"]
        return {"g": "trained", "b": "trained", "r": "averaged"}[name[0]]

    names = ["evaluation", "training", "running variance", "running mean", "beta", "gamma"]
    names += ["variance that is stored", "variance that normalises"]
    return {name: who(name) for name in names} | {"bias of the linear layer before": "left out"}


quiz.misconception_by_edit(
    "everything_is_trained",
    old='"running mean": "averaged",\n        "running variance": "averaged"',
    new='"running mean": "trained",\n        "running variance": "trained"',
    symptom="Two of the nine answers are off, and they are about the statistics.",
    question="Which gradient would move the running mean?",
    rule="Two tensors are learned and two are measured. No gradient reaches what is only measured.",
)
quiz.misconception_by_edit(
    "batch_in_evaluation",
    old='"evaluation": "stored"',
    new='"evaluation": "batch"',
    symptom="One of the nine answers is off, and it is about evaluation.",
    question="What is the variance of a single example?",
    rule="In evaluation an example is alone. The statistics must have been stored before.",
)
quiz.misconception_by_edit(
    "stored_in_training",
    old='"training": "batch"',
    new='"training": "stored"',
    symptom="One of the nine answers is off, and it is about training.",
    question="What makes the activations unit Gaussian at every step of a network that changes?",
    rule="In training the batch is measured and used at once. The average is only kept for later.",
)
quiz.misconception_by_edit(
    "useless_bias_trained",
    old='"bias of the linear layer before": "left out"',
    new='"bias of the linear layer before": "trained"',
    symptom="One of the nine answers is off, and it is about the layer before.",
    question="What is left of a constant after the mean has been subtracted?",
    rule="What has no effect gets no gradient. It only takes up room.",
)
quiz.misconception_by_edit(
    "same_variance_twice",
    old='"variance that normalises": "biased"',
    new='"variance that normalises": "unbiased"',
    symptom="One of the nine answers is off, and it is about a variance.",
    question="Does the layer divide by the number that it keeps?",
    rule="One variance is for this batch, the other one estimates all data.",
)
quiz.misconception_by_edit(
    "variances_swapped",
    old='"variance that normalises": "biased",\n        "variance that is stored": "unbiased"',
    new='"variance that normalises": "unbiased",\n        "variance that is stored": "biased"',
    symptom="Two of the nine answers are off, and they are about the variances.",
    question="For which of its two uses does the layer want an unbiased estimate?",
    rule="Only what is kept as an estimate for other data is corrected.",
)
