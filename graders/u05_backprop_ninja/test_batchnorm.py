"""What is true of batchnorm backward, from the four pieces on paper to the one formula."""

import torch
from jaxtyping import Float
from torch import Tensor

from dojo.grading import (
    Draw,
    backward_of,
    close,
    grades,
    integers_in,
    near_zero,
    normal,
    one_of,
    positive,
    raises,
)

# With fewer rows the gradient through batchnorm vanishes up to eps: two rows make the same xhat of every x.
ROWS = {"N": 4}


def features(draw: Draw, shape: tuple[int, ...]) -> Tensor:
    """Columns with a mean far from zero, and no column without spread. Half of the float64 cases hold columns
    whose variance is as small as 1e-5, where eps matters.

    In float32 a power of such a variance blows up what a sum over its column loses to rounding, which may be
    all of it: about one honest answer in a thousand would be too far off.
    """
    ranks = draw.uniform(*shape).argsort(dim=0).double()
    if draw.structure.style > 1:
        ranks += 0.8 * draw.uniform(*shape)
    some = draw.structure.seed % 2 and draw.dtype is torch.float64
    small = draw.uniform(1, shape[1]) < (0.5 if some else 0.0)
    offsets = torch.randint(2, 5, (1, shape[1]), generator=draw.generator)
    return draw.finish((ranks + offsets) * torch.where(small, 2.0**-9, 1.0))


def features_far_from_zero(draw: Draw, shape: tuple[int, ...]) -> Tensor:
    """The same, but in a quarter of the float64 cases the means are far larger than the spread."""
    x = features(draw, shape)
    far = draw.dtype is torch.float64 and draw.structure.seed % 4 == 3
    return draw.finish(x + 1e5 / 3 * x.std(dim=0, keepdim=True)) if far else x


# -- two divisors ---------------------------------------------------------------------------------------


@grades("bessel_correction", x=features_far_from_zero, mode=one_of("biased", "unbiased"), minimum=ROWS)
def bessel_correction(x, mode):
    return x.var(dim=0, keepdim=True, correction=0 if mode == "biased" else 1)


@bessel_correction.property("refuses any other mode with a ValueError", examples=2)
def other_modes_are_refused(student, x):
    return all(
        raises("ValueError", student, x, mode) for mode in ("Biased", "", "debiased", "un", "unbiased ")
    )


@bessel_correction.property("keeps its digits where a mean is far larger than the spread", examples=3)
def digits_are_kept(student, x, mode):
    # The mean of squares less the squared mean loses nine digits here, but a column may be right by chance.
    std = x.std(dim=0, keepdim=True)
    far = torch.cat([x + 1e5 / n * std for n in range(3, 11)], dim=1)
    right = (far - far[:1]).var(dim=0, keepdim=True, correction=0 if mode == "biased" else 1)
    return close(student(far, mode) / right, torch.ones_like(right))


@bessel_correction.alternative
def by_torch_var(x, mode):
    if mode == "biased":
        return torch.var(x, dim=0, keepdim=True, correction=0)
    if mode == "unbiased":
        return torch.var(x, dim=0, keepdim=True)
    raise ValueError(mode)


@bessel_correction.alternative
def column_by_column(x, mode):
    if mode not in ("biased", "unbiased"):
        raise ValueError("mode")
    n = x.shape[0] - (mode == "unbiased")
    out = torch.zeros(1, x.shape[1])
    for j in range(x.shape[1]):
        column = x[:, j]
        out[0, j] = sum((v - column.mean()) ** 2 for v in column) / n
    return out


@bessel_correction.alternative
def by_older_argument(x, mode):
    if mode == "biased":
        return x.var(0, keepdim=True, unbiased=False)
    elif mode == "unbiased":
        return torch.var(x, 0, True, True)
    else:
        raise ValueError(f"The mode {mode!r} is not known.")


@bessel_correction.alternative
def by_pattern(x, mode):
    match mode:
        case "biased":
            divisor = x.shape[0]
        case "unbiased":
            divisor = x.shape[0] - 1
        case _:
            raise ValueError("mode")
    centred = x - x.mean(axis=0, keepdims=True)
    return torch.sum(centred * centred, axis=0, keepdims=True) / divisor


@bessel_correction.alternative
def rescaled(x, mode):
    n = len(x)
    factor = {"biased": 1.0, "unbiased": n / (n - 1)}.get(mode)
    if factor is None:
        raise ValueError("no such mode")
    return ((x - x.mean(0)).square().mean(0) * factor).reshape(1, -1)


@bessel_correction.misconception(
    symptom="Both modes are off, and each of them gives the value of the other.",
    question="Which of the two divisors makes the variance larger, and which estimate is too small?",
    rule="Dividing by the number of rows underestimates a variance; the corrected estimate divides by less.",
)
def modes_swapped(x, mode):
    if mode not in ("biased", "unbiased"):
        raise ValueError(mode)
    return x.var(dim=0, keepdim=True, correction=1 if mode == "biased" else 0)


@bessel_correction.misconception(
    symptom='The numbers are right for "unbiased" and too large for "biased".',
    question="What does torch.var divide by if you don't tell it?",
    rule="A library's default is one of two conventions. Say which one you mean.",
)
def torch_default_for_both(x, mode):
    if mode not in ("biased", "unbiased"):
        raise ValueError(mode)
    return x.var(dim=0, keepdim=True)


@bessel_correction.misconception(
    symptom="A misspelt mode doesn't get the error that the task names.",
    question="What happens in your function if the mode is neither of the two words, letter by letter?",
    rule="An else that catches everything also catches spelling mistakes. Check what you were given.",
)
def any_mode_accepted(x, mode):
    return x.var(dim=0, keepdim=True, correction=0 if mode == "biased" else 1)


@bessel_correction.misconception(
    symptom="The numbers are right, but the first axis is missing.",
    question="What does a reduction do to the axis that it reduces?",
    rule="Statistics that will meet a (N, H) table stay easy to read as one row, (1, H).",
)
def keepdim_lost(x, mode):
    if mode not in ("biased", "unbiased"):
        raise ValueError(mode)
    return x.var(dim=0, correction=0 if mode == "biased" else 1)


@bessel_correction.misconception(
    symptom="The result is far too large where a column has a mean far from zero.",
    question="From where are the distances measured that a variance squares?",
    rule="A variance is about the spread around the mean of a column, not about its size.",
)
def forgot_the_mean(x, mode):
    if mode not in ("biased", "unbiased"):
        raise ValueError(mode)
    return (x**2).sum(dim=0, keepdim=True) / (len(x) - (mode == "unbiased"))


@bessel_correction.misconception(
    symptom="The numbers are right, but digits are lost where the mean is far larger than the spread.",
    question="What is left when two large numbers are subtracted that are nearly equal?",
    rule="Take the mean away first, and square then. Squares of large numbers drown a small difference.",
)
def mean_of_squares(x, mode):
    if mode not in ("biased", "unbiased"):
        raise ValueError(mode)
    variance = (x**2).mean(dim=0, keepdim=True) - x.mean(dim=0, keepdim=True) ** 2
    return variance if mode == "biased" else variance * len(x) / (len(x) - 1)


@bessel_correction.misconception(
    symptom="Units are wrong: ten times the input gives ten times the result.",
    question="Was the variance asked for, or its square root?",
    rule="The standard deviation has the unit of the data, the variance its square.",
)
def standard_deviation(x, mode):
    if mode not in ("biased", "unbiased"):
        raise ValueError(mode)
    return x.std(dim=0, keepdim=True, correction=0 if mode == "biased" else 1)


@bessel_correction.misconception(
    symptom="The numbers are right, but they are float32 where float64 came in.",
    question="Where does a dtype stand in your code?",
    rule="Take the dtype from the inputs. Half of the digits are lost otherwise, and nobody is told.",
)
def float32_written_down(x, mode):
    if mode not in ("biased", "unbiased"):
        raise ValueError(mode)
    return x.float().var(dim=0, keepdim=True, correction=0 if mode == "biased" else 1)


def measured(variance: Tensor) -> str:
    """The divisor behind a variance of the numbers 0, 1, 2, 3, whose squared distances sum to 5."""
    return {5 / 4: "n", 5 / 3: "n-1"}[min((5 / 4, 5 / 3), key=lambda value: abs(value - float(variance)))]


@grades("bessel_divisors")
def bessel_divisors():
    x = torch.arange(4.0)[:, None]
    layer = torch.nn.BatchNorm1d(1, eps=1e-12, momentum=1.0)
    out = layer(x).detach()
    return {
        "torch.var": measured(torch.var(x)),
        "torch.var correction=0": measured(torch.var(x, correction=0)),
        "BatchNorm1d training forward": measured(5 / (out**2).sum()),
        "BatchNorm1d running_var update": measured(layer.running_var),
    }


@bessel_divisors.alternative
def from_pairs():
    keys = ["torch.var", "torch.var correction=0", "BatchNorm1d training forward"]
    answers = dict(zip(keys, ["n-1", "n", "n"], strict=True))
    answers["BatchNorm1d running_var update"] = answers["torch.var"]
    return answers


@bessel_divisors.alternative
def in_another_order():
    return {
        "BatchNorm1d running_var update": "n-1",
        "BatchNorm1d training forward": "n",
        "torch.var correction=0": "n",
        "torch.var": "n-1",
    }


@bessel_divisors.alternative
def by_trying_two_numbers():
    squares = {1.0: "n", 2.0: "n-1"}  # the mean square of -1 and 1 by both divisors
    x = torch.tensor([-1.0, 1.0])
    usual, plain = squares[float(torch.var(x))], squares[float(torch.var(x, correction=0))]
    torch_itself = {"torch.var": usual, "torch.var correction=0": plain}
    return torch_itself | {"BatchNorm1d training forward": plain, "BatchNorm1d running_var update": usual}


@bessel_divisors.misconception(
    symptom="One of the four answers is off, and it is about the layer.",
    question="Does the layer keep for later the number that it divides by now?",
    rule="The layer has two variances: one for this batch, one that estimates the whole population.",
)
def layer_biased_everywhere():
    return {
        "torch.var": "n-1",
        "torch.var correction=0": "n",
        "BatchNorm1d training forward": "n",
        "BatchNorm1d running_var update": "n",
    }


@bessel_divisors.misconception(
    symptom="One of the four answers is off, and it is about the layer in training.",
    question="Does the layer follow the lecture here, or the paper?",
    rule="The paper normalises a batch with the plain mean of squared distances. Test it with four numbers.",
)
def layer_unbiased_everywhere():
    return {
        "torch.var": "n-1",
        "torch.var correction=0": "n",
        "BatchNorm1d training forward": "n-1",
        "BatchNorm1d running_var update": "n-1",
    }


@bessel_divisors.misconception(
    symptom="Both answers about the layer are off.",
    question="For which of its two uses does the layer want an unbiased estimate?",
    rule="Only what is kept as an estimate for other data is corrected.",
)
def layer_swapped():
    return {
        "torch.var": "n-1",
        "torch.var correction=0": "n",
        "BatchNorm1d training forward": "n-1",
        "BatchNorm1d running_var update": "n",
    }


@bessel_divisors.misconception(
    symptom="The answer about torch.var without arguments is off.",
    question="Do torch and numpy have the same default?",
    rule="Each library chooses its own convention, so look it up.",
)
def torch_var_like_numpy():
    return {
        "torch.var": "n",
        "torch.var correction=0": "n",
        "BatchNorm1d training forward": "n",
        "BatchNorm1d running_var update": "n-1",
    }


@bessel_divisors.misconception(
    symptom="The two answers about torch.var are the wrong way round.",
    question="What is subtracted from n when the correction is zero?",
    rule="A correction is what is taken away from the count before dividing.",
)
def correction_swapped():
    return {
        "torch.var": "n",
        "torch.var correction=0": "n-1",
        "BatchNorm1d training forward": "n",
        "BatchNorm1d running_var update": "n-1",
    }


@grades("bessel_bias", n=integers_in(2, 64))
def bessel_bias(n):
    x = torch.arange(n, dtype=torch.float64)
    return float(x.var(correction=1) / x.var(correction=0))


@bessel_bias.alternative
def one_and_a_bit(n):
    return 1 + 1 / (n - 1)


@bessel_bias.alternative
def inverse_of_the_shortfall(n):
    return 1.0 / (1.0 - 1.0 / n)


@bessel_bias.alternative
def by_measuring(n):
    x = torch.linspace(-1, 1, n)
    return (torch.var(x) / torch.var(x, correction=0)).item()


@bessel_bias.misconception(
    symptom="The factor is below 1.",
    question="Which of the two variances stands in the numerator of your quotient?",
    rule="A factor by which something is larger is itself larger than 1.",
)
def upside_down(n):
    return (n - 1) / n


@bessel_bias.misconception(
    symptom="The result goes to 0 for large n, where it should go to 1.",
    question="Did you compute the factor, or how far it is from 1?",
    rule="Twenty percent more and a factor of 1.2 are the same thing said in two ways.",
)
def only_the_excess(n):
    return 1 / (n - 1)


@bessel_bias.misconception(
    symptom="The factor is a little too small, and most so for n = 2.",
    question="Is the biased divisor one more than n, or is the unbiased one less?",
    rule="The correction takes one away from the count; it adds nothing to it.",
)
def one_too_many(n):
    return (n + 1) / n


@bessel_bias.misconception(
    symptom="The square of your result is right.",
    question="Was the question about variances or about standard deviations?",
    rule="The root of a quotient is the quotient of the roots: it belongs to the standard deviation.",
)
def of_the_standard_deviation(n):
    return (n / (n - 1)) ** 0.5


@bessel_bias.misconception(
    symptom="The result is right for n = 2 and exactly 1 for all other n.",
    question="Which division keeps the fraction?",
    rule="Two slashes round down. A factor close to 1 disappears in that.",
)
def whole_number_division(n):
    return float(n // (n - 1))


# -- the four steps -------------------------------------------------------------------------------------


@backward_of("batchnorm_dxhat", wrt="xhat", upstream="dhpreact")
def dxhat(xhat: Float[Tensor, "N H"], bngain):
    return bngain * xhat


@dxhat.alternative
def dxhat_by_einsum(bngain, dhpreact):
    return torch.einsum("h,nh->nh", bngain[0], dhpreact)


@dxhat.alternative
def dxhat_by_diagonal_matrix(bngain, dhpreact):
    return dhpreact @ torch.diag(bngain.reshape(-1))


@dxhat.alternative
def dxhat_row_by_row(bngain, dhpreact):
    return torch.stack([row * bngain.flatten() for row in dhpreact])


@dxhat.misconception(
    symptom="The result is what came in.",
    question="By what is xhat multiplied on its way to hpreact?",
    rule="At initialisation the gain is one and hides this. Away from it every column is scaled.",
)
def gain_missing(bngain, dhpreact):
    return dhpreact.clone()


@dxhat.misconception(
    symptom="Columns with a large gain come out small, and the other way round.",
    question="Does a backward step through a multiplication undo it?",
    rule="Backward is not inverse: the local slope is multiplied on, whatever the forward step was.",
)
def gain_divided_out(bngain, dhpreact):
    return dhpreact / bngain


@dxhat.misconception(
    symptom="Your result has one row where N are asked for.",
    question="Was xhat copied along the batch, or was it the gain?",
    rule="Sum only where the forward pass replicated the variable whose gradient you want.",
)
def summed_over_the_batch(bngain, dhpreact):
    return (bngain * dhpreact).sum(dim=0, keepdim=True)


@dxhat.misconception(
    symptom="Every column is scaled by the same number.",
    question="How many gains are there?",
    rule="Batchnorm treats its columns one by one, and each has a gain of its own.",
)
def one_gain_for_all(bngain, dhpreact):
    return bngain.mean() * dhpreact


@dxhat.misconception(
    symptom="Every entry is off by the gain of its column, added where it should scale.",
    question="Is the gain a factor in the forward step, or a summand?",
    rule="A summand doesn't change a gradient; a factor scales it.",
)
def gain_added(bngain, dhpreact):
    return bngain + dhpreact


@dxhat.misconception(
    symptom="The numbers are right, but what the caller handed in has changed.",
    question="Does your line make a new tensor, or does it write into the old one?",
    rule="The gradient that comes in belongs to the caller, who may need it for other parameters.",
)
def changed_in_place(bngain, dhpreact):
    dhpreact *= bngain
    return dhpreact


def own_variance(hprebn: Tensor) -> dict[str, Tensor]:
    return {"var": hprebn.double().var(dim=0, keepdim=True)}


@backward_of(
    "batchnorm_dvar",
    wrt="var",
    upstream="dxhat",
    cache=own_variance,
    hprebn=features,
    eps=one_of(1e-5, 1e-5, 1e-2, 1.0),
    minimum=ROWS,
)
def dvar(hprebn, var, eps):
    return (hprebn - hprebn.mean(dim=0, keepdim=True)) * (var + eps) ** -0.5


@dvar.property("takes 1e-5 for eps where none is given", examples=2)
def usual_eps(student, hprebn, dxhat):
    return close(student(hprebn, dxhat), student(hprebn, dxhat, 1e-5))


@dvar.alternative
def dvar_by_roots(hprebn, dxhat, eps=1e-5):
    var, mu = torch.var_mean(hprebn, dim=0, keepdim=True)
    s = torch.sqrt(var + eps)
    return -((hprebn - mu) * dxhat).sum(0, keepdim=True) / (2 * s * s * s)


@dvar.alternative
def dvar_by_columns(hprebn, dxhat, eps=1e-5):
    out = []
    for x, g in zip(hprebn.T, dxhat.T, strict=True):
        r = 1.0 / (x.var() + eps).sqrt()
        out.append(-0.5 * r**3 * torch.dot(g, x - x.mean()))
    return torch.stack(out).unsqueeze(0)


@dvar.alternative
def dvar_through_xhat(hprebn, dxhat, eps=1e-5):
    r = (hprebn.var(0) + eps) ** -0.5
    xhat = (hprebn - hprebn.mean(0)) * r
    return torch.einsum("nh,nh,h->h", dxhat, xhat, r**2)[None] / -2


@dvar.misconception(
    symptom="The first axis is wrong: every row got a result of its own.",
    question="On how many rows of its column does one variance act?",
    rule="What is stretched over the batch in the forward pass is summed over the batch on the way back.",
)
def dvar_no_sum(hprebn, dxhat, eps=1e-5):
    return -0.5 * (hprebn.var(0, keepdim=True) + eps) ** -1.5 * dxhat * (hprebn - hprebn.mean(0))


@dvar.misconception(
    symptom="The sign of every entry is wrong.",
    question="Does xhat grow or shrink when the variance grows?",
    rule="The exponent is negative, and it comes down with its sign.",
)
def dvar_sign(hprebn, dxhat, eps=1e-5):
    scale = 0.5 * (hprebn.var(0, keepdim=True) + eps) ** -1.5
    return scale * (dxhat * (hprebn - hprebn.mean(0))).sum(0, keepdim=True)


@dvar.misconception(
    symptom="Columns with a small variance come out far too small, those with a large one too large.",
    question="What happens to an exponent when you differentiate?",
    rule="Bring the exponent down as a factor, then take one from it.",
)
def exponent_kept(hprebn, dxhat, eps=1e-5):
    scale = -0.5 * (hprebn.var(0, keepdim=True) + eps) ** -0.5
    return scale * (dxhat * (hprebn - hprebn.mean(0))).sum(0, keepdim=True)


@dvar.misconception(
    symptom="Every entry is too large by the same small whole number.",
    question="Which factor comes down when a root is differentiated?",
    rule="The power rule has two halves: the factor in front and the new exponent.",
)
def half_missing(hprebn, dxhat, eps=1e-5):
    return -((hprebn.var(0, keepdim=True) + eps) ** -1.5) * (dxhat * (hprebn - hprebn.mean(0))).sum(
        0, keepdim=True
    )


@dvar.misconception(
    symptom="Columns with ordinary variance look right; those with a tiny one are far off.",
    question="What was added to the variance before its root was taken?",
    rule="A constant inside a power stays inside the power.",
)
def eps_left_out(hprebn, dxhat, eps=1e-5):
    return (
        -0.5 * hprebn.var(0, keepdim=True) ** -1.5 * (dxhat * (hprebn - hprebn.mean(0))).sum(0, keepdim=True)
    )


@dvar.misconception(
    symptom="The answer ignores the eps that it was given.",
    question="What changes in your function when eps changes?",
    rule="An argument with a default is still an argument.",
)
def eps_written_down(hprebn, dxhat, eps=1e-5):
    scale = -0.5 * (hprebn.var(0, keepdim=True) + 1e-5) ** -1.5
    return scale * (dxhat * (hprebn - hprebn.mean(0))).sum(0, keepdim=True)


@dvar.misconception(
    symptom="The numbers are far off where the mean of a column is far from zero.",
    question="Which number was multiplied by the root in the forward step: x, or its distance from the mean?",
    rule="The slope of a product is the other factor, exactly as the forward step used it.",
)
def uses_x_not_the_difference(hprebn, dxhat, eps=1e-5):
    return -0.5 * (hprebn.var(0, keepdim=True) + eps) ** -1.5 * (dxhat * hprebn).sum(0, keepdim=True)


@dvar.misconception(
    symptom="The numbers are close, closer for more rows, and right for none.",
    question="Which divisor does the variance of this unit have?",
    rule="Forward and backward must use the same variance. Check the default of the function that you call.",
)
def biased_variance(hprebn, dxhat, eps=1e-5):
    scale = -0.5 * (hprebn.var(0, keepdim=True, correction=0) + eps) ** -1.5
    return scale * (dxhat * (hprebn - hprebn.mean(0))).sum(0, keepdim=True)


@dvar.misconception(
    symptom="The numbers are right, but the first axis is missing.",
    question="What shape has the variance whose gradient this is?",
    rule="A gradient has the shape of its variable, kept axes included.",
)
def dvar_keepdim_lost(hprebn, dxhat, eps=1e-5):
    return -0.5 * (hprebn.var(0) + eps) ** -1.5 * (dxhat * (hprebn - hprebn.mean(0))).sum(0)


# With its floor, zeros and rounding noise are one and the same wrong answer.
@grades("batchnorm_vanishing_term", hprebn=features, minimum=ROWS, floor=1.0)
def vanishing_term(hprebn, mu):
    mu = mu.clone().requires_grad_()
    with torch.enable_grad():
        var = ((hprebn - mu) ** 2).sum() / (len(hprebn) - 1)
    return torch.autograd.grad(var, mu)[0]


@vanishing_term.property("is zero when mu is the mean of the column", examples=4)
def zero_at_the_mean(student, hprebn):
    answer = student(hprebn, hprebn.mean(dim=0, keepdim=True))
    return near_zero(answer, scale=float(hprebn.abs().sum()))


@vanishing_term.alternative
def twice_the_distance_from_the_mean(hprebn, mu):
    n = hprebn.shape[0]
    return 2 * n / (n - 1) * (mu - hprebn.mean(dim=0, keepdim=True))


@vanishing_term.alternative
def vanishing_by_loop(hprebn, mu):
    out = torch.zeros_like(mu)
    for row in hprebn:
        out -= 2 * (row - mu) / (len(hprebn) - 1)
    return out


@vanishing_term.alternative
def vanishing_by_matmul(hprebn, mu):
    ones = torch.ones(1, len(hprebn), dtype=hprebn.dtype)
    return ones @ (mu - hprebn) * (2 / (len(hprebn) - 1))


@vanishing_term.misconception(
    symptom="Your result is zero everywhere.",
    question="For which mu is it zero, and is that the mu that you were given?",
    rule="A term that vanishes at one point is a function all the same. Derive first, then put the point in.",
)
def always_zero(hprebn, mu):
    return torch.zeros_like(mu)


@vanishing_term.misconception(
    symptom="The sign of every entry is wrong.",
    question="With which sign does mu stand in the difference?",
    rule="The inner derivative counts, even if it is only a sign.",
)
def vanishing_sign(hprebn, mu):
    return 2 / (len(hprebn) - 1) * (hprebn - mu).sum(0, keepdim=True)


@vanishing_term.misconception(
    symptom="Every entry is half as large as it should be.",
    question="What is the slope of a square?",
    rule="The exponent comes down as a factor.",
)
def square_factor(hprebn, mu):
    return -(hprebn - mu).sum(0, keepdim=True) / (len(hprebn) - 1)


@vanishing_term.misconception(
    symptom="Every entry is a little too small, the less the more rows there are.",
    question="By what is the sum divided in this variance?",
    rule="The divisor of the forward step is the divisor of its derivative.",
)
def vanishing_divided_by_n(hprebn, mu):
    return -2 * (hprebn - mu).mean(0, keepdim=True)


@vanishing_term.misconception(
    symptom="Your result has N rows where one is asked for.",
    question="In how many terms of the sum does mu stand?",
    rule="A variable with many uses collects from all of them.",
)
def vanishing_no_sum(hprebn, mu):
    return -2 / (len(hprebn) - 1) * (hprebn - mu)


@vanishing_term.misconception(
    symptom="The numbers are right, but the first axis is missing.",
    question="What shape has mu?",
    rule="A gradient has the shape of its variable, kept axes included.",
)
def vanishing_keepdim_lost(hprebn, mu):
    return -2 / (len(hprebn) - 1) * (hprebn - mu).sum(0)


@backward_of("batchnorm_dmu", wrt="mu", upstream="dxhat", bnvar_inv=positive, one="N", minimum=ROWS)
def dmu(hprebn: Float[Tensor, "N H"], mu: Float[Tensor, "1 H"], bnvar_inv):
    return (hprebn - mu) * bnvar_inv


@dmu.alternative
def dmu_scaled_first(dxhat, bnvar_inv):
    return (dxhat * -bnvar_inv).sum(dim=0, keepdim=True)


@dmu.alternative
def dmu_by_matmul(dxhat, bnvar_inv):
    return -torch.ones(1, len(dxhat)) @ dxhat * bnvar_inv


@dmu.alternative
def dmu_by_columns(dxhat, bnvar_inv):
    out = torch.empty_like(bnvar_inv)
    for j in range(dxhat.shape[1]):
        out[0, j] = -sum(g.item() for g in dxhat[:, j]) * bnvar_inv[0, j]
    return out


@dmu.misconception(
    symptom="The sign of every entry is wrong.",
    question="With which sign does the mean stand in the forward line?",
    rule="A difference sends its gradient back with a minus to what was subtracted.",
)
def dmu_sign(dxhat, bnvar_inv):
    return bnvar_inv * dxhat.sum(dim=0, keepdim=True)


@dmu.misconception(
    symptom="The right columns are scaled wrongly: each is off by a factor of its own.",
    question="What happens to the difference after mu was subtracted from x?",
    rule="Chain the local slopes of all steps between the variable and what came in.",
)
def bnvar_inv_missing(dxhat, bnvar_inv):
    return -dxhat.sum(dim=0, keepdim=True)


@dmu.misconception(
    symptom="Every entry is too small by the same factor.",
    question="Is a mean taken on the way from mu to xhat?",
    rule="That mu was computed as a mean matters for the step before it, not for this one.",
)
def dmu_averaged(dxhat, bnvar_inv):
    return -bnvar_inv * dxhat.mean(dim=0, keepdim=True)


@dmu.misconception(
    symptom="Your result has N rows where one is asked for.",
    question="From how many rows does mu get something back?",
    rule="What is stretched over the batch in the forward pass is summed over the batch on the way back.",
)
def dmu_no_sum(dxhat, bnvar_inv):
    return -bnvar_inv * dxhat


@dmu.misconception(
    symptom="The numbers are right, but the first axis is missing.",
    question="What shape has mu?",
    rule="A gradient has the shape of its variable, kept axes included.",
)
def dmu_keepdim_lost(dxhat, bnvar_inv):
    return -bnvar_inv[0] * dxhat.sum(dim=0)


@dmu.misconception(
    symptom="Every column got the sum of all columns.",
    question="Does the mean of one column act on another column?",
    rule="The columns of batchnorm don't know of each other, so neither do their gradients.",
)
def dmu_all_columns_pooled(dxhat, bnvar_inv):
    return -bnvar_inv * dxhat.sum()


@dmu.misconception(
    symptom="The powers of bnvar_inv don't fit: large entries are far too large.",
    question="How often is the difference multiplied by bnvar_inv?",
    rule="Each factor of the forward line stands once in the slope.",
)
def bnvar_inv_squared(dxhat, bnvar_inv):
    return -(bnvar_inv**2) * dxhat.sum(dim=0, keepdim=True)


def three_uses(hprebn: Tensor) -> dict[str, Tensor]:
    return {name: hprebn.clone() for name in ("in_xhat", "in_var", "in_mean")}


# One copy of x for each arrow that leaves it, so that autograd keeps what they bring apart.
@backward_of(
    "batchnorm_dx_terms",
    wrt=("in_xhat", "in_var", "in_mean"),
    upstream=("dxhat", "dvar", "dmu"),
    cache=three_uses,
    parts={"via_xhat": (0,), "via_var": (1,), "via_mean": (2,)},
    hprebn=features,
    bnvar_inv=positive,
    minimum=ROWS,
)
def dx_terms(hprebn, bnvar_inv, in_xhat, in_var, in_mean):
    mu = hprebn.mean(dim=0, keepdim=True)
    var = ((in_var - mu) ** 2).sum(dim=0, keepdim=True) / (len(in_var) - 1)
    return (in_xhat - mu) * bnvar_inv, var, in_mean.mean(dim=0, keepdim=True)


@dx_terms.alternative
def terms_by_expand(dxhat, dvar, dmu, hprebn, bnvar_inv):
    n = hprebn.shape[0]
    centred = hprebn - hprebn.sum(0, keepdim=True) / n
    return bnvar_inv * dxhat, 2 / (n - 1) * centred * dvar, (dmu / n).expand(n, -1).clone()


@dx_terms.alternative
def terms_row_by_row(dxhat, dvar, dmu, hprebn, bnvar_inv):
    n, mu = len(hprebn), hprebn.mean(0)
    rows = [(dxhat[i] * bnvar_inv[0], 2 * dvar[0] * (hprebn[i] - mu) / (n - 1), dmu[0] / n) for i in range(n)]
    return tuple(torch.stack(term) for term in zip(*rows, strict=True))


@dx_terms.alternative
def terms_by_einsum(dxhat, dvar, dmu, hprebn, bnvar_inv):
    n = len(hprebn)
    centring = torch.eye(n, dtype=hprebn.dtype) - 1 / n
    via_var = torch.einsum("ij,jh,kh->ih", centring, hprebn, dvar) * 2 / (n - 1)
    return [dxhat * bnvar_inv, via_var, dmu.repeat(n, 1) / n]


@dx_terms.misconception(
    symptom="The part that comes via the mean has one row where N are asked for.",
    question="How many entries of x feed the mean of a column?",
    rule="Each entry gets its own share, even if all shares are equal: write all of them.",
)
def via_mean_not_replicated(dxhat, dvar, dmu, hprebn, bnvar_inv):
    n = len(hprebn)
    return dxhat * bnvar_inv, dvar * 2 * (hprebn - hprebn.mean(0)) / (n - 1), dmu / n


@dx_terms.misconception(
    symptom="The part that comes via the mean is too large by a factor that grows with the batch.",
    question="How much does the mean of N numbers change when one of them grows by one?",
    rule="An average gives each of its numbers an equal share of its slope.",
)
def mean_not_scaled(dxhat, dvar, dmu, hprebn, bnvar_inv):
    n = len(hprebn)
    via_var = dvar * 2 * (hprebn - hprebn.mean(0)) / (n - 1)
    return dxhat * bnvar_inv, via_var, torch.ones_like(hprebn) * dmu


@dx_terms.misconception(
    symptom="The part that comes via the variance is a little too small, the less the more rows there are.",
    question="By what does the forward pass divide the sum of squares?",
    rule="Mean and variance of this unit have different divisors; each keeps its own on the way back.",
)
def via_var_divided_by_n(dxhat, dvar, dmu, hprebn, bnvar_inv):
    n = len(hprebn)
    via_var = dvar * 2 * (hprebn - hprebn.mean(0)) / n
    return dxhat * bnvar_inv, via_var, torch.ones_like(hprebn) * dmu / n


@dx_terms.misconception(
    symptom="The part that comes via the mean is too large, the less the more rows there are.",
    question="By what does the forward pass divide in the mean, and by what in the variance?",
    rule="Only the variance is corrected; a mean divides by the number of rows.",
)
def via_mean_divided_by_n_minus_1(dxhat, dvar, dmu, hprebn, bnvar_inv):
    n = len(hprebn)
    via_var = dvar * 2 * (hprebn - hprebn.mean(0)) / (n - 1)
    return dxhat * bnvar_inv, via_var, torch.ones_like(hprebn) * dmu / (n - 1)


@dx_terms.misconception(
    symptom="The part that comes via the variance is half as large as it should be.",
    question="What is the slope of a square?",
    rule="The exponent comes down as a factor.",
)
def via_var_without_the_factor(dxhat, dvar, dmu, hprebn, bnvar_inv):
    n = len(hprebn)
    via_var = dvar * (hprebn - hprebn.mean(0)) / (n - 1)
    return dxhat * bnvar_inv, via_var, torch.ones_like(hprebn) * dmu / n


@dx_terms.misconception(
    symptom="The part that comes via the variance is far off where the mean of a column is far from zero.",
    question="What was squared in the forward pass?",
    rule="The slope of a square is taken at what was squared, and that was a distance.",
)
def via_var_of_x(dxhat, dvar, dmu, hprebn, bnvar_inv):
    n = len(hprebn)
    return dxhat * bnvar_inv, dvar * 2 * hprebn / (n - 1), torch.ones_like(hprebn) * dmu / n


@dx_terms.misconception(
    symptom="The part that comes via the variance is off by another factor in each column.",
    question="Was the distance normalised before it was squared?",
    rule="The variance is computed before anything is divided by it.",
)
def via_var_of_xhat(dxhat, dvar, dmu, hprebn, bnvar_inv):
    n = len(hprebn)
    via_var = dvar * 2 * (hprebn - hprebn.mean(0)) * bnvar_inv / (n - 1)
    return dxhat * bnvar_inv, via_var, torch.ones_like(hprebn) * dmu / n


@dx_terms.misconception(
    symptom="The part that comes via xhat is what came in.",
    question="By what is the distance multiplied to become xhat?",
    rule="Each arrow carries a slope. It is one only for a plain sum.",
)
def via_xhat_unscaled(dxhat, dvar, dmu, hprebn, bnvar_inv):
    n = len(hprebn)
    via_var = dvar * 2 * (hprebn - hprebn.mean(0)) / (n - 1)
    return dxhat.clone(), via_var, torch.ones_like(hprebn) * dmu / n


@dx_terms.misconception(
    symptom="The last two parts stand in each other's place.",
    question="In which order does the task ask for the three arrows?",
    rule="Parts of the same shape change places without a word. Name them before you return them.",
)
def var_and_mean_swapped(dxhat, dvar, dmu, hprebn, bnvar_inv):
    n = len(hprebn)
    via_var = dvar * 2 * (hprebn - hprebn.mean(0)) / (n - 1)
    return dxhat * bnvar_inv, torch.ones_like(hprebn) * dmu / n, via_var


# -- one formula ----------------------------------------------------------------------------------------


def unbiased_forward(hprebn: Tensor, eps: float) -> dict[str, Tensor]:
    """What a true forward pass caches. In float64, so that float32 cases are only rounded at the end."""
    hprebn = hprebn.double()
    bnvar_inv = (hprebn.var(dim=0, keepdim=True) + eps) ** -0.5
    return {"bnvar_inv": bnvar_inv, "bnraw": (hprebn - hprebn.mean(dim=0, keepdim=True)) * bnvar_inv}


def biased_forward(hprebn: Tensor, eps: float) -> dict[str, Tensor]:
    hprebn = hprebn.double()
    bnvar_inv = (hprebn.var(dim=0, keepdim=True, correction=0) + eps) ** -0.5
    return {"bnvar_inv": bnvar_inv, "bnraw": (hprebn - hprebn.mean(dim=0, keepdim=True)) * bnvar_inv}


def gains(draw: Draw, shape: tuple[int, ...]) -> Tensor:
    """Gains of both signs, none of them one."""
    values = normal(draw, shape)
    return values + 0.5 * values.sign()


LAYER = {
    "wrt": "hprebn",
    "upstream": "dhpreact",
    "hprebn": features,
    "bngain": gains,
    "eps": one_of(1e-5, 1e-5, 1e-2),
    "minimum": ROWS,
}


@backward_of("batchnorm_dhprebn", cache=unbiased_forward, **LAYER)
def dhprebn(hprebn: Float[Tensor, "N H"], bngain, eps):
    bnvar = hprebn.var(dim=0, keepdim=True)
    return bngain * (hprebn - hprebn.mean(dim=0, keepdim=True)) * (bnvar + eps) ** -0.5


@backward_of("batchnorm_dhprebn_biased", cache=biased_forward, **LAYER)
def dhprebn_biased(hprebn: Float[Tensor, "N H"], bngain, eps):
    bnvar = hprebn.var(dim=0, keepdim=True, correction=0)
    return bngain * (hprebn - hprebn.mean(dim=0, keepdim=True)) * (bnvar + eps) ** -0.5


@dhprebn_biased.property("has columns that sum to zero", examples=3)
@dhprebn.property("has columns that sum to zero", examples=3)
def columns_sum_to_zero(answer, dhpreact, bnvar_inv, bngain):
    return near_zero(answer.sum(dim=0), scale=float((dhpreact.abs() * bnvar_inv * bngain.abs()).sum()))


@dhprebn_biased.property("keeps its columns apart", examples=3)
@dhprebn.property("keeps its columns apart", examples=3)
def columns_are_independent(student, dhpreact, bnraw, bnvar_inv, bngain):
    before = student(dhpreact, bnraw, bnvar_inv, bngain)
    dhpreact[:, 0] += torch.arange(len(dhpreact), dtype=dhpreact.dtype)
    after = student(dhpreact, bnraw, bnvar_inv, bngain)
    return close(before[:, 1:], after[:, 1:])


@dhprebn.property("moves its rows when the batch is reordered", examples=3)
def batch_order_does_not_matter(student, dhpreact, bnraw, bnvar_inv, bngain):
    there = student(dhpreact, bnraw, bnvar_inv, bngain)
    reversed_batch = student(dhpreact.flip(0), bnraw.flip(0), bnvar_inv, bngain)
    return close(there.flip(0), reversed_batch)


@dhprebn.alternative
def in_four_steps(dhpreact, bnraw, bnvar_inv, bngain):
    n = dhpreact.shape[0]
    dxhat = bngain * dhpreact
    bndiff = bnraw / bnvar_inv
    dvar = (-0.5 * bnvar_inv**3 * bndiff * dxhat).sum(0, keepdim=True)
    # The second term is zero: the mean of the differences from the mean.
    dmu = (-bnvar_inv * dxhat).sum(0, keepdim=True) + dvar * (-2 / (n - 1) * bndiff).sum(0, keepdim=True)
    return dxhat * bnvar_inv + dvar * 2 / (n - 1) * bndiff + dmu / n


@dhprebn.alternative
def in_atomic_steps(dhpreact, bnraw, bnvar_inv, bngain):
    n, bndiff = len(dhpreact), bnraw / bnvar_inv
    dbnraw = bngain * dhpreact
    dbnvar_inv = (bndiff * dbnraw).sum(0, keepdim=True)
    dbnvar = -0.5 * bnvar_inv**3 * dbnvar_inv
    dbndiff = bnvar_inv * dbnraw
    dbndiff += 2 * bndiff * dbnvar / (n - 1)
    return dbndiff - dbndiff.sum(0) / n


@dhprebn.alternative
def by_projection(dhpreact, bnraw, bnvar_inv, bngain):
    n = len(dhpreact)
    g = bngain * bnvar_inv * dhpreact
    return g - g.mean(0) - bnraw * (g * bnraw).sum(0) / (n - 1)


@dhprebn.alternative
def column_matrices(dhpreact, bnraw, bnvar_inv, bngain):
    n, out = len(dhpreact), torch.zeros_like(dhpreact)
    for k in range(dhpreact.shape[1]):
        x = bnraw[:, k]
        jacobian = torch.eye(n, dtype=x.dtype) - 1 / n - torch.outer(x, x) / (n - 1)
        out[:, k] = bngain[0, k] * bnvar_inv[0, k] * (jacobian @ dhpreact[:, k])
    return out


@dhprebn.misconception(
    symptom="The numbers are close, closer for more rows, and right for none.",
    question="With which divisor was the variance of this forward pass computed?",
    rule="The paper's formula belongs to the paper's variance. Another divisor gives another formula.",
)
def biased_formula(dhpreact, bnraw, bnvar_inv, bngain):
    n = len(dhpreact)
    total, along = dhpreact.sum(0), (dhpreact * bnraw).sum(0)
    return bngain * bnvar_inv / n * (n * dhpreact - total - bnraw * along)


@dhprebn.misconception(
    symptom="The columns don't sum to zero, and the shapes had to be forced.",
    question="Which axis is the batch?",
    rule="Statistics of batchnorm run over the examples, so all of its sums do.",
)
def sum_over_columns(dhpreact, bnraw, bnvar_inv, bngain):
    n = len(dhpreact)
    total = dhpreact.sum(1, keepdim=True)
    along = (dhpreact * bnraw).sum(1, keepdim=True)
    return bngain * bnvar_inv / n * (n * dhpreact - total - n / (n - 1) * bnraw * along)


@dhprebn.misconception(
    symptom="The columns don't sum to zero; the last term is wrong.",
    question="Does each xhat in your last term belong to the row that you sum over, or to the one outside?",
    rule="A summation index lives inside its sum only. Give the row outside another letter.",
)
def index_clash(dhpreact, bnraw, bnvar_inv, bngain):
    n = len(dhpreact)
    total = dhpreact.sum(0)
    return bngain * bnvar_inv / n * (n * dhpreact - total - n / (n - 1) * bnraw * (bnraw * total))


@dhprebn.misconception(
    symptom="Each column is off by a constant factor.",
    question="Is what comes in the gradient of xhat or that of hpreact?",
    rule="Every parameter that scales the forward pass scales the gradient that passes through it.",
)
def no_gamma(dhpreact, bnraw, bnvar_inv, bngain):
    n = len(dhpreact)
    total, along = dhpreact.sum(0), (dhpreact * bnraw).sum(0)
    return bnvar_inv / n * (n * dhpreact - total - n / (n - 1) * bnraw * along)


@dhprebn.misconception(
    symptom="The columns don't sum to zero: each is off by a constant.",
    question="How many arrows leave each x?",
    rule="The mean listens to every row, and it sends something back to every row.",
)
def no_mean_term(dhpreact, bnraw, bnvar_inv, bngain):
    n = len(dhpreact)
    along = (dhpreact * bnraw).sum(0)
    return bngain * bnvar_inv / n * (n * dhpreact - n / (n - 1) * bnraw * along)


@dhprebn.misconception(
    symptom="The columns sum to zero, but they still point along xhat.",
    question="How many arrows leave each x?",
    rule="The variance listens to every row, and it sends something back to every row.",
)
def no_proj_term(dhpreact, bnraw, bnvar_inv, bngain):
    n = len(dhpreact)
    return bngain * bnvar_inv / n * (n * dhpreact - dhpreact.sum(0))


@dhprebn.misconception(
    symptom="The columns don't sum to zero, and what came in hardly shows in the result.",
    question="Did every term keep its size when you pulled the common factor out?",
    rule="When one over n stands in front of a bracket, a term that had none of it grows inside.",
)
def n_not_multiplied(dhpreact, bnraw, bnvar_inv, bngain):
    n = len(dhpreact)
    total, along = dhpreact.sum(0), (dhpreact * bnraw).sum(0)
    return bngain * bnvar_inv / n * (dhpreact - total - n / (n - 1) * bnraw * along)


@dhprebn.misconception(
    symptom="Columns whose variance is far from one are off in the last term.",
    question="Is it xhat that stands in your last term, or the distance before it was normalised?",
    rule="After simplifying, the formula speaks of normalised values only, and of one scale in front.",
)
def uses_x_not_xhat(dhpreact, bnraw, bnvar_inv, bngain):
    n, bndiff = len(dhpreact), bnraw / bnvar_inv
    total, along = dhpreact.sum(0), (dhpreact * bndiff).sum(0)
    return bngain * bnvar_inv / n * (n * dhpreact - total - n / (n - 1) * bndiff * along)


@dhprebn.misconception(
    symptom="A change in one column changes the others.",
    question="Over which entries does each of your sums run?",
    rule="The derivation was for one column. In code, every column keeps its own sums.",
)
def all_columns_pooled(dhpreact, bnraw, bnvar_inv, bngain):
    n = len(dhpreact)
    total, along = dhpreact.sum(), (dhpreact * bnraw).sum()
    return bngain * bnvar_inv / n * (n * dhpreact - total - n / (n - 1) * bnraw * along)


@dhprebn.misconception(
    symptom="Each column is off by a constant factor, and it is its scale.",
    question="By what was the distance from the mean multiplied in the forward pass?",
    rule="What normalises the values also scales the gradient that passes through it.",
)
def no_scale(dhpreact, bnraw, bnvar_inv, bngain):
    n = len(dhpreact)
    total, along = dhpreact.sum(0), (dhpreact * bnraw).sum(0)
    return bngain / n * (n * dhpreact - total - n / (n - 1) * bnraw * along)


@dhprebn.misconception(
    symptom="The numbers are right, but what the caller handed in has changed.",
    question="Which of your lines write into a tensor that you were given?",
    rule="The gradient that comes in belongs to the caller, who may need it for other parameters.",
)
def upstream_centred_in_place(dhpreact, bnraw, bnvar_inv, bngain):
    n = len(dhpreact)
    along = (dhpreact * bnraw).sum(0)
    dhpreact -= dhpreact.mean(0)
    return bngain * bnvar_inv * (dhpreact - bnraw * along / (n - 1))


@dhprebn.misconception(
    symptom="The result points twice as far along xhat instead of not at all.",
    question="With which sign does the power of the variance come down?",
    rule="Batchnorm takes out of a gradient what would only change mean and spread. Neither is put in.",
)
def proj_sign(dhpreact, bnraw, bnvar_inv, bngain):
    n = len(dhpreact)
    total, along = dhpreact.sum(0), (dhpreact * bnraw).sum(0)
    return bngain * bnvar_inv / n * (n * dhpreact - total + n / (n - 1) * bnraw * along)


@dhprebn_biased.alternative
def biased_by_means(dhpreact, bnraw, bnvar_inv, bngain):
    g = dhpreact
    return bngain * bnvar_inv * (g - g.mean(0) - bnraw * (g * bnraw).mean(0))


@dhprebn_biased.alternative
def biased_in_four_steps(dhpreact, bnraw, bnvar_inv, bngain):
    n, bndiff, dxhat = len(dhpreact), bnraw / bnvar_inv, bngain * dhpreact
    dvar = -0.5 * (bndiff * dxhat).sum(0, keepdim=True) * bnvar_inv**3
    dmu = -(dxhat * bnvar_inv).sum(0, keepdim=True)
    return dxhat * bnvar_inv + 2 * dvar * bndiff / n + dmu / n


@dhprebn_biased.alternative
def biased_by_gradient_of_parameters(dhpreact, bnraw, bnvar_inv, bngain):
    n = dhpreact.size(0)
    dbeta, dgamma = dhpreact.sum(0), (dhpreact * bnraw).sum(0)
    return (bngain * bnvar_inv) * (dhpreact - (dbeta + bnraw * dgamma) / n)


@dhprebn_biased.misconception(
    symptom="The numbers are close, closer for more rows, and right for none.",
    question="In which term of your formula does the divisor of the variance survive?",
    rule="Change the forward line first, then derive again. Some factors owe their life to one divisor.",
)
def unbiased_formula(dhpreact, bnraw, bnvar_inv, bngain):
    n = len(dhpreact)
    total, along = dhpreact.sum(0), (dhpreact * bnraw).sum(0)
    return bngain * bnvar_inv / n * (n * dhpreact - total - n / (n - 1) * bnraw * along)


@dhprebn_biased.misconception(
    symptom="The numbers are close, closer for more rows, but every term is off.",
    question="Does the divisor of the variance also divide the mean?",
    rule="Only the variance changed. Don't replace a divisor everywhere that it is written.",
)
def every_n_reduced(dhpreact, bnraw, bnvar_inv, bngain):
    n = len(dhpreact)
    total, along = dhpreact.sum(0), (dhpreact * bnraw).sum(0)
    return bngain * bnvar_inv / (n - 1) * ((n - 1) * dhpreact - total - bnraw * along)


@dhprebn_biased.misconception(
    symptom="The last term is too small by a factor that is largest for few rows.",
    question="Which way round did the factor stand, and does it still stand at all?",
    rule="A factor that has lost its cause is not turned over, it is gone.",
)
def factor_turned_over(dhpreact, bnraw, bnvar_inv, bngain):
    n = len(dhpreact)
    total, along = dhpreact.sum(0), (dhpreact * bnraw).sum(0)
    return bngain * bnvar_inv / n * (n * dhpreact - total - (n - 1) / n * bnraw * along)


@dhprebn_biased.misconception(
    symptom="Each column is off by a constant factor.",
    question="Is what comes in the gradient of xhat or that of hpreact?",
    rule="Every parameter that scales the forward pass scales the gradient that passes through it.",
)
def biased_no_gamma(dhpreact, bnraw, bnvar_inv, bngain):
    n = len(dhpreact)
    total, along = dhpreact.sum(0), (dhpreact * bnraw).sum(0)
    return bnvar_inv / n * (n * dhpreact - total - bnraw * along)


@dhprebn_biased.misconception(
    symptom="The columns don't sum to zero: each is off by a constant.",
    question="How many arrows leave each x?",
    rule="The mean listens to every row, and it sends something back to every row.",
)
def biased_no_mean_term(dhpreact, bnraw, bnvar_inv, bngain):
    n = len(dhpreact)
    return bngain * bnvar_inv / n * (n * dhpreact - bnraw * (dhpreact * bnraw).sum(0))


@dhprebn_biased.misconception(
    symptom="The columns sum to zero, but they still point along xhat.",
    question="Which term of the formula is left when the divisor of the variance has gone from it?",
    rule="The term that held the factor stays; the factor alone goes.",
)
def biased_no_proj_term(dhpreact, bnraw, bnvar_inv, bngain):
    n = len(dhpreact)
    return bngain * bnvar_inv / n * (n * dhpreact - dhpreact.sum(0))


@dhprebn_biased.misconception(
    symptom="The columns don't sum to zero; the last term is wrong.",
    question="Does each xhat in your last term belong to the row that you sum over, or to the one outside?",
    rule="A summation index lives inside its sum only. Give the row outside another letter.",
)
def biased_index_clash(dhpreact, bnraw, bnvar_inv, bngain):
    n = len(dhpreact)
    total = dhpreact.sum(0)
    return bngain * bnvar_inv / n * (n * dhpreact - total - bnraw * (bnraw * total))


# -- gain and bias --------------------------------------------------------------------------------------


@backward_of(
    "batchnorm_dgamma_dbeta",
    wrt=("bngain", "bnbias"),
    upstream="dhpreact",
    parts={"dgamma": (0,), "dbeta": (1,)},
)
def dgamma_dbeta(bnraw, bngain: Float[Tensor, "1 H"], bnbias: Float[Tensor, "1 H"]):
    return bngain * bnraw + bnbias


@dgamma_dbeta.alternative
def parameters_by_einsum(bnraw, dhpreact):
    return torch.einsum("nh,nh->h", bnraw, dhpreact)[None], torch.einsum("nh->h", dhpreact)[None]


@dgamma_dbeta.alternative
def parameters_by_matmul(bnraw, dhpreact):
    ones = torch.ones(1, len(bnraw), dtype=bnraw.dtype)
    return [torch.diag(bnraw.T @ dhpreact).reshape(1, -1), ones @ dhpreact]


@dgamma_dbeta.alternative
def parameters_row_by_row(bnraw, dhpreact):
    dgamma, dbeta = torch.zeros_like(bnraw[:1]), torch.zeros_like(bnraw[:1])
    for x, g in zip(bnraw, dhpreact, strict=True):
        dgamma += x * g
        dbeta += g
    return dgamma, dbeta


@dgamma_dbeta.misconception(
    symptom="Both results have N rows where one is asked for.",
    question="How many rows share one gain?",
    rule="What is stretched over the batch in the forward pass is summed over the batch on the way back.",
)
def bngain_no_sum(bnraw, dhpreact):
    return bnraw * dhpreact, dhpreact.clone()


@dgamma_dbeta.misconception(
    symptom="The two results stand in each other's place.",
    question="Which of the two parameters does gamma name?",
    rule="Parts of the same shape change places without a word. Name them before you return them.",
)
def gamma_and_beta_swapped(bnraw, dhpreact):
    return dhpreact.sum(0, keepdim=True), (bnraw * dhpreact).sum(0, keepdim=True)


@dgamma_dbeta.misconception(
    symptom="The numbers are right, but the first axis is missing.",
    question="What shape have bngain and bnbias?",
    rule="A gradient has the shape of its variable, kept axes included.",
)
def parameters_keepdim_lost(bnraw, dhpreact):
    return (bnraw * dhpreact).sum(0), dhpreact.sum(0)


@dgamma_dbeta.misconception(
    symptom="Both results are too small by the same factor.",
    question="Is there an average in this forward step?",
    rule="The average of the loss is already in what comes in. Divide only where the forward pass divided.",
)
def parameters_averaged(bnraw, dhpreact):
    return (bnraw * dhpreact).mean(0, keepdim=True), dhpreact.mean(0, keepdim=True)


@dgamma_dbeta.misconception(
    symptom="The shape is that of a column where a row is asked for.",
    question="Which axis is the batch?",
    rule="Sum over the axis along which the parameter was copied.",
)
def parameters_over_columns(bnraw, dhpreact):
    return (bnraw * dhpreact).sum(1, keepdim=True), dhpreact.sum(1, keepdim=True)


@dgamma_dbeta.misconception(
    symptom="The second result is right, the first is the same as the second times something per column.",
    question="Does the sum of products equal the product of sums?",
    rule="Multiply entry by entry first, then sum.",
)
def product_of_sums(bnraw, dhpreact):
    return bnraw.sum(0, keepdim=True) * dhpreact.sum(0, keepdim=True), dhpreact.sum(0, keepdim=True)
