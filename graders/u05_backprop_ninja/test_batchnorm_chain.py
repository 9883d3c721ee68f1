"""What is true of batchnorm backwards, one atomic step at a time."""

import torch
from jaxtyping import Float
from torch import Tensor

from dojo.grading import backward_of, close, log_uniform, near_zero, one_of, positive

# The steps are graded one by one, on inputs that belong to no true forward pass: gains away from 1, columns
# that are not centred, upstreams of any size. In a true chain several of the wrong versions below hide.

# -- hints that several exercises share -------------------------------------------------------------------

DIVIDED_BY_N = {
    "symptom": "Every entry is too small, by one and the same factor: the number of rows of the batch.",
    "question": "Does this line of the forward pass take an average?",
    "rule": (
        "A step divides only by what its own line divides by. The average of the loss comes with the "
        "upstream gradient."
    ),
}
LOST_AXIS = {
    "symptom": "The numbers are right, but the shape (H,) stands where (1, H) is asked for.",
    "question": "How many axes does the variable have in the forward line?",
    "rule": (
        "A gradient has exactly the shape of its variable. One that only broadcasts to it goes wrong in a "
        "later step."
    ),
}
WRONG_AXIS = {
    "symptom": (
        "The result is a column with an entry for each example. A row with an entry for each unit is asked "
        "for."
    ),
    "question": "Along which axis was the row copied, down the batch or across the units?",
    "rule": "Sum over the axis of the copies. What is left is the variable's own axis.",
}
NOT_SUMMED = {
    "symptom": "The result is as large as the whole batch, where one row is asked for.",
    "question": "How many rows of the forward result use the same entry of this variable?",
    "rule": (
        "A row that is copied down the batch collects from every copy: a broadcast forwards is a sum "
        "backwards."
    ),
}
NEEDLESS_SUM = {
    "symptom": "The result is a single row, where every example has a gradient of its own.",
    "question": "Which of the two factors was copied down the batch, and which one are you asked about?",
    "rule": "Only the factor that was copied collects with a sum. The factor of full size keeps its size.",
}
INPUT_CHANGED = {
    "symptom": "The returned numbers are right, but an argument is different after the call.",
    "question": "Which of your lines writes into a tensor that belongs to the caller?",
    "rule": (
        "Operations that assign, and those that end in an underscore, work on the tensor itself. Work on a "
        "new one."
    ),
}
FACTOR_FORGOTTEN = {
    "symptom": "The answer does not depend on the factor that the function is given as its first argument.",
    "question": "In the forward line the variable is multiplied by something. Where is that in your result?",
    "rule": "In a product, the local slope of one factor is the other factor.",
}
DIVIDED_INSTEAD = {
    "symptom": "Entries are too large where they should be small, and too small where they should be large.",
    "question": "Does a factor in the forward line undo itself on the way back?",
    "rule": "A backward pass does not invert the forward pass. It multiplies by the local slope.",
}
SUMMED_TOO_EARLY = {
    "symptom": "The shape is right, but the values of one row are paired with the gradients of others.",
    "question": "What comes first: multiplying within a row, or adding up the rows?",
    "rule": "A sum of products is not the product of the sums.",
}
DTYPE_WRITTEN_DOWN = {
    "symptom": "The numbers look right, but they come out as float32 where the inputs are float64.",
    "question": "Where does your code decide on a dtype, and who should decide instead?",
    "rule": "A result has the dtype of the inputs. Take it from them; don't write one down.",
}
FLIPPED_SIGN = {
    "symptom": "Every entry has the wrong sign.",
    "question": "When the variable grows, does the result of its forward line grow or shrink?",
    "rule": "The sign of a local slope is that of the term in the forward line.",
}


# -- backward_bngain --------------------------------------------------------------------------------------


@backward_of("backward_bngain", wrt="bngain", upstream="dhpreact")
def bngain(bnraw, bngain: Float[Tensor, "1 H"], bnbias: Float[Tensor, "1 H"]):
    return bngain * bnraw + bnbias


@bngain.property("does not depend on the order of the examples in the batch")
def bngain_batch_order(student, bnraw, dhpreact):
    size = float((bnraw * dhpreact).abs().sum())
    return close(student(bnraw, dhpreact), student(bnraw.flip(0), dhpreact.flip(0)), scale=size)


@bngain.alternative
def bngain_by_einsum(bnraw, dhpreact):
    return torch.einsum("nh,nh->h", bnraw, dhpreact)[None]


@bngain.alternative
def bngain_row_by_row(bnraw, dhpreact):
    dbngain = torch.zeros(1, bnraw.shape[1], dtype=bnraw.dtype)
    for row, upstream in zip(bnraw, dhpreact, strict=True):
        dbngain += row * upstream
    return dbngain


@bngain.alternative
def bngain_by_diagonal(bnraw, dhpreact):
    return (bnraw.T @ dhpreact).diagonal().reshape(1, -1).clone()


@bngain.misconception(**NOT_SUMMED)
def bngain_no_sum(bnraw, dhpreact):
    return bnraw * dhpreact


@bngain.misconception(**LOST_AXIS)
def bngain_lost_keepdim(bnraw, dhpreact):
    return (bnraw * dhpreact).sum(0)


@bngain.misconception(**WRONG_AXIS)
def bngain_wrong_axis(bnraw, dhpreact):
    return (bnraw * dhpreact).sum(1, keepdim=True)


@bngain.misconception(**FACTOR_FORGOTTEN)
def bngain_bnraw_forgotten(bnraw, dhpreact):
    return dhpreact.sum(0, keepdim=True)


@bngain.misconception(**DIVIDED_BY_N)
def bngain_divided_by_n(bnraw, dhpreact):
    return (bnraw * dhpreact).mean(0, keepdim=True)


@bngain.misconception(**SUMMED_TOO_EARLY)
def bngain_summed_before_the_product(bnraw, dhpreact):
    return bnraw.sum(0, keepdim=True) * dhpreact.sum(0, keepdim=True)


@bngain.misconception(**INPUT_CHANGED)
def bngain_bnraw_changed_in_place(bnraw, dhpreact):
    bnraw *= dhpreact
    return bnraw.sum(0, keepdim=True)


# -- backward_bnraw ---------------------------------------------------------------------------------------


@backward_of("backward_bnraw", wrt="bnraw", upstream="dhpreact")
def bnraw(bngain, bnraw: Float[Tensor, "N H"], bnbias: Float[Tensor, "1 H"]):
    return bngain * bnraw + bnbias


@bnraw.alternative
def bnraw_by_diagonal(bngain, dhpreact):
    return dhpreact @ torch.diag(bngain[0])


@bnraw.alternative
def bnraw_by_einsum(bngain, dhpreact):
    return torch.einsum("nh,h->nh", dhpreact, bngain.squeeze(0))


@bnraw.alternative
def bnraw_in_place_on_a_copy(bngain, dhpreact):
    dbnraw = dhpreact.clone()
    dbnraw *= bngain
    return dbnraw


@bnraw.alternative
def bnraw_row_by_row(bngain, dhpreact):
    return torch.cat([bngain * row for row in dhpreact])


@bnraw.misconception(
    symptom="The answer is dhpreact, unchanged. A net that has just been set up would not show it.",
    question="Which value does the gain have before training, and what does multiplying by that value do?",
    rule="In a product, the local slope of one factor is the other factor, also when that happens to be 1.",
)
def gain_missing(bngain, dhpreact):
    return dhpreact


@bnraw.misconception(**NEEDLESS_SUM)
def bnraw_summed(bngain, dhpreact):
    return (bngain * dhpreact).sum(0, keepdim=True)


@bnraw.misconception(**DIVIDED_INSTEAD)
def bnraw_divided_by_the_gain(bngain, dhpreact):
    return dhpreact / bngain


@bnraw.misconception(**DIVIDED_BY_N)
def bnraw_divided_by_n(bngain, dhpreact):
    return bngain * dhpreact / len(dhpreact)


@bnraw.misconception(
    symptom="The result is one column, where every unit has a gradient of its own.",
    question="Is the gain multiplied entry by entry in the forward line, or as a matrix?",
    rule=(
        "A product entry by entry comes back as a product entry by entry. A matrix product would mix the "
        "units."
    ),
)
def gain_as_a_matrix(bngain, dhpreact):
    return dhpreact @ bngain.T


@bnraw.misconception(**INPUT_CHANGED)
def bnraw_upstream_changed_in_place(bngain, dhpreact):
    dhpreact *= bngain
    return dhpreact.clone()


# -- backward_bnbias --------------------------------------------------------------------------------------


@backward_of("backward_bnbias", wrt="bnbias", upstream="dhpreact")
def bnbias(
    bngain: Float[Tensor, "1 H"],
    bnraw: Float[Tensor, "N H"],
    bnbias: Float[Tensor, "1 H"],
):
    return bngain * bnraw + bnbias


@bnbias.alternative
def bnbias_by_product_with_ones(dhpreact):
    return torch.ones(1, len(dhpreact), dtype=dhpreact.dtype) @ dhpreact


@bnbias.alternative
def bnbias_unsqueezed(dhpreact):
    return dhpreact.sum(0).unsqueeze(0)


@bnbias.alternative
def bnbias_row_by_row(dhpreact):
    dbnbias = torch.zeros_like(dhpreact[:1])
    for n in range(len(dhpreact)):
        dbnbias += dhpreact[n]
    return dbnbias


@bnbias.misconception(**LOST_AXIS)
def bnbias_lost_keepdim(dhpreact):
    return dhpreact.sum(0)


@bnbias.misconception(**WRONG_AXIS)
def bnbias_wrong_axis(dhpreact):
    return dhpreact.sum(1, keepdim=True)


@bnbias.misconception(**NOT_SUMMED)
def bnbias_not_summed(dhpreact):
    return dhpreact


@bnbias.misconception(**DIVIDED_BY_N)
def bnbias_divided_by_n(dhpreact):
    return dhpreact.mean(0, keepdim=True)


@bnbias.misconception(
    symptom="The result is a single number, where the bias has an entry for each unit.",
    question="Does the bias of one unit reach the other units?",
    rule="Sum over the axis of the copies only. The other axis stays as it is.",
)
def bnbias_all_in_one(dhpreact):
    return dhpreact.sum()


@bnbias.misconception(
    symptom="The result is right, but dhpreact is another one after the call.",
    question="Is the first row of a tensor a new tensor, or a window on the old one?",
    rule="A slice is a view. What is added to a view is added to the tensor behind it.",
)
def bnbias_added_up_in_the_first_row(dhpreact):
    dbnbias = dhpreact[:1]
    for row in dhpreact[1:]:
        dbnbias += row
    return dbnbias


# -- backward_bnvar_inv -----------------------------------------------------------------------------------


@backward_of("backward_bnvar_inv", wrt="bnvar_inv", upstream="dbnraw", bnvar_inv=positive)
def bnvar_inv(bndiff, bnvar_inv: Float[Tensor, "1 H"]):
    return bndiff * bnvar_inv


@bnvar_inv.alternative
def bnvar_inv_by_einsum(bndiff, dbnraw):
    return torch.einsum("nh,nh->h", bndiff, dbnraw)[None]


@bnvar_inv.alternative
def bnvar_inv_column_by_column(bndiff, dbnraw):
    return torch.stack([torch.dot(d, g) for d, g in zip(bndiff.T, dbnraw.T, strict=True)]).view(1, -1)


@bnvar_inv.alternative
def bnvar_inv_row_by_row(bndiff, dbnraw):
    return sum(d * g for d, g in zip(bndiff.split(1), dbnraw.split(1), strict=True))


@bnvar_inv.misconception(**NOT_SUMMED)
def bnvar_inv_no_sum(bndiff, dbnraw):
    return bndiff * dbnraw


@bnvar_inv.misconception(**LOST_AXIS)
def bnvar_inv_lost_keepdim(bndiff, dbnraw):
    return (bndiff * dbnraw).sum(0)


@bnvar_inv.misconception(**WRONG_AXIS)
def bnvar_inv_wrong_axis(bndiff, dbnraw):
    return (bndiff * dbnraw).sum(1, keepdim=True)


@bnvar_inv.misconception(**FACTOR_FORGOTTEN)
def bnvar_inv_bndiff_forgotten(bndiff, dbnraw):
    return dbnraw.sum(0, keepdim=True)


@bnvar_inv.misconception(**DIVIDED_BY_N)
def bnvar_inv_divided_by_n(bndiff, dbnraw):
    return (bndiff * dbnraw).mean(0, keepdim=True)


@bnvar_inv.misconception(**SUMMED_TOO_EARLY)
def bnvar_inv_summed_before_the_product(bndiff, dbnraw):
    return bndiff.sum(0, keepdim=True) * dbnraw.sum(0, keepdim=True)


@bnvar_inv.misconception(
    symptom="Every entry has the wrong sign.",
    question="Is bnvar_inv a factor in this line, or what is divided by?",
    rule="The inverse has been taken already, in an earlier line. This line is a plain product.",
)
def bnvar_inv_sign_of_a_division(bndiff, dbnraw):
    return -(bndiff * dbnraw).sum(0, keepdim=True)


# -- backward_bndiff_branch1 ------------------------------------------------------------------------------


@backward_of("backward_bndiff_branch1", wrt="bndiff", upstream="dbnraw", bnvar_inv=positive)
def bndiff_branch1(bndiff: Float[Tensor, "N H"], bnvar_inv):
    return bndiff * bnvar_inv


@bndiff_branch1.alternative
def branch1_by_diagonal(bnvar_inv, dbnraw):
    return dbnraw @ torch.diag(bnvar_inv.flatten())


@bndiff_branch1.alternative
def branch1_by_einsum(bnvar_inv, dbnraw):
    return torch.einsum("nh,oh->nh", dbnraw, bnvar_inv)


@bndiff_branch1.alternative
def branch1_column_by_column(bnvar_inv, dbnraw):
    dbndiff = torch.empty_like(dbnraw)
    for j in range(dbnraw.shape[1]):
        dbndiff[:, j] = bnvar_inv[0, j] * dbnraw[:, j]
    return dbndiff


@bndiff_branch1.misconception(
    symptom="The answer is dbnraw, unchanged.",
    question="By what is bndiff multiplied in the forward line?",
    rule="In a product, the local slope of one factor is the other factor.",
)
def branch1_bnvar_inv_missing(bnvar_inv, dbnraw):
    return dbnraw


@bndiff_branch1.misconception(**NEEDLESS_SUM)
def branch1_summed(bnvar_inv, dbnraw):
    return (bnvar_inv * dbnraw).sum(0, keepdim=True)


@bndiff_branch1.misconception(**DIVIDED_INSTEAD)
def branch1_divided_by_bnvar_inv(bnvar_inv, dbnraw):
    return dbnraw / bnvar_inv


@bndiff_branch1.misconception(
    symptom="Columns whose bnvar_inv is 1 are right, the others are off by a factor that is bnvar_inv again.",
    question="How often does bnvar_inv occur in the forward line?",
    rule=(
        "The slope of a product is linear in the other factor. A square belongs to the derivative of an "
        "inverse."
    ),
)
def branch1_bnvar_inv_squared(bnvar_inv, dbnraw):
    return bnvar_inv**2 * dbnraw


@bndiff_branch1.misconception(
    symptom="Every column has a mean of zero, which the right answer has not.",
    question="Does this line of the forward pass subtract anything?",
    rule=(
        "The mean is subtracted in another line, so its part comes back in that line's step. One step at a "
        "time."
    ),
)
def branch1_mean_taken_out(bnvar_inv, dbnraw):
    return bnvar_inv * (dbnraw - dbnraw.mean(0, keepdim=True))


@bndiff_branch1.misconception(**INPUT_CHANGED)
def branch1_upstream_changed_in_place(bnvar_inv, dbnraw):
    return dbnraw.mul_(bnvar_inv).clone()


# -- backward_bnvar ---------------------------------------------------------------------------------------


# Variances as small as eps: on larger ones a slip with eps is lost in the rounding.
@backward_of(
    "backward_bnvar",
    wrt="bnvar",
    upstream="dbnvar_inv",
    bnvar=log_uniform(1e-6, 4.0),
    eps=one_of(1e-5, 1e-3, 1e-6, 0.1),
    examples=20,
)
def bnvar(bnvar, eps):
    return (bnvar + eps) ** -0.5


@bnvar.property(
    "has the opposite sign of dbnvar_inv in every column, because a larger variance shrinks its inverse"
)
def bnvar_opposite_sign(answer, dbnvar_inv):
    return bool((answer.sign() == -dbnvar_inv.sign()).all())


@bnvar.property("takes 1e-5 for eps where none is given", examples=2)
def bnvar_usual_eps(student, bnvar, dbnvar_inv):
    return close(student(bnvar, dbnvar_inv), student(bnvar, dbnvar_inv, 1e-5))


@bnvar.alternative
def bnvar_by_the_inverse_cubed(bnvar, dbnvar_inv, eps=1e-5):
    bnvar_inv = (bnvar + eps) ** -0.5
    return -0.5 * bnvar_inv * bnvar_inv * bnvar_inv * dbnvar_inv


@bnvar.alternative
def bnvar_by_rsqrt(bnvar, dbnvar_inv, eps=1e-5):
    return dbnvar_inv * torch.rsqrt(bnvar + eps) / (-2 * (bnvar + eps))


@bnvar.alternative
def bnvar_root_then_inverse(bnvar, dbnvar_inv, eps=1e-5):
    std = (bnvar + eps).sqrt()
    dstd = -dbnvar_inv / std**2
    return dstd / (2 * std)


@bnvar.alternative
def bnvar_column_by_column(bnvar, dbnvar_inv, eps=1e-5):
    dbnvar = torch.zeros_like(bnvar)
    for j in range(bnvar.shape[1]):
        dbnvar[0, j] = -0.5 * dbnvar_inv[0, j] / (bnvar[0, j] + eps).pow(1.5)
    return dbnvar


@bnvar.misconception(
    symptom="Columns with a small variance are far too small, those with a large one too large.",
    question="What happens to the exponent when you take the derivative of a power?",
    rule="The power rule does two things: the exponent becomes a factor, and it goes down by one.",
)
def var_power_kept(bnvar, dbnvar_inv, eps=1e-5):
    return -0.5 * (bnvar + eps) ** -0.5 * dbnvar_inv


@bnvar.misconception(
    symptom="Columns with a small variance are almost zero, where the right answer is largest.",
    question="You went one step along the exponents. In which direction?",
    rule="The power rule takes one away from the exponent; a negative one moves further from zero.",
)
def var_power_raised(bnvar, dbnvar_inv, eps=1e-5):
    return -0.5 * (bnvar + eps) ** 0.5 * dbnvar_inv


@bnvar.misconception(**FLIPPED_SIGN)
def var_power_sign(bnvar, dbnvar_inv, eps=1e-5):
    return 0.5 * (bnvar + eps) ** -1.5 * dbnvar_inv


@bnvar.misconception(
    symptom="Every entry is twice as large as it should be.",
    question="The exponent of the forward line is not -1. Where does it show in your factor?",
    rule="The power rule brings the whole exponent down as a factor, sign and size.",
)
def var_power_half_missing(bnvar, dbnvar_inv, eps=1e-5):
    return -((bnvar + eps) ** -1.5) * dbnvar_inv


@bnvar.misconception(
    symptom="Columns with a large variance are almost right, those with a tiny one are far off.",
    question="What stands in the bracket of the forward line?",
    rule=(
        "The derivative of a power is taken at the same point as the power. All that stands in the bracket "
        "belongs to it."
    ),
)
def var_power_eps_left_out(bnvar, dbnvar_inv, eps=1e-5):
    return -0.5 * bnvar**-1.5 * dbnvar_inv


@bnvar.misconception(
    symptom="Columns with a large variance are almost right, those with a tiny one are far off.",
    question="Is eps added to the variance in the forward line, or to its root?",
    rule=(
        "Where a small constant stands matters as soon as the number beside it is small too. Keep it "
        "inside the bracket."
    ),
)
def eps_added_to_the_root(bnvar, dbnvar_inv, eps=1e-5):
    return -0.5 * (bnvar.sqrt() + eps) ** -3 * dbnvar_inv


@bnvar.misconception(
    symptom="The answer is right for one value of eps and wrong for all others.",
    question="What does your function do with its last argument?",
    rule="A default is what the caller gets without asking. When a value is given, it counts.",
)
def eps_written_down(bnvar, dbnvar_inv, eps=1e-5):
    return -0.5 * (bnvar + 1e-5) ** -1.5 * dbnvar_inv


@bnvar.misconception(
    symptom="Columns with a small variance are too large, those with a large one too small.",
    question="Which derivative did you take: of the inverse, or of the inverse of the root?",
    rule=(
        "The exponent of the forward line decides on the power. The rule for a plain inverse is another one."
    ),
)
def root_forgotten(bnvar, dbnvar_inv, eps=1e-5):
    return -((bnvar + eps) ** -2) * dbnvar_inv


@bnvar.misconception(
    symptom="The answer does not change when dbnvar_inv does.",
    question="Which of the arguments is missing in your result?",
    rule=(
        "A backward step multiplies the gradient that arrives by the local slope. The slope alone is half "
        "of it."
    ),
)
def bnvar_upstream_missing(bnvar, dbnvar_inv, eps=1e-5):
    return -0.5 * (bnvar + eps) ** -1.5


# -- backward_bndiff2 -------------------------------------------------------------------------------------


@backward_of("backward_bndiff2", wrt="bndiff2", upstream="dbnvar")
def bndiff2(bndiff2: Float[Tensor, "N H"], N):
    return bndiff2.sum(dim=0, keepdim=True) / (N - 1)


@bndiff2.property("has the same row for every example")
def bndiff2_equal_rows(answer):
    return bool((answer == answer[:1]).all())


@bndiff2.alternative
def bndiff2_repeated(dbnvar, N):
    return (dbnvar / (N - 1)).repeat(N, 1)


@bndiff2.alternative
def bndiff2_expanded(dbnvar, N):
    return (dbnvar / (N - 1)).expand(N, -1)


@bndiff2.alternative
def bndiff2_by_product_with_ones(dbnvar, N):
    return torch.ones((N, 1), dtype=dbnvar.dtype) @ dbnvar * (1 / (N - 1))


@bndiff2.alternative
def bndiff2_row_by_row(dbnvar, N):
    dbndiff2 = torch.zeros(N, dbnvar.shape[1])
    for n in range(N):
        dbndiff2[n] = dbnvar[0] / (N - 1)
    return dbndiff2


@bndiff2.misconception(
    symptom="Every entry is too small, by one and the same factor that comes close to 1 for a large batch.",
    question="By what does the forward line divide?",
    rule=(
        "Forwards and backwards divide by the same number. Whether the variance is the unbiased one is "
        "decided forwards."
    ),
)
def bessel_mismatch(dbnvar, N):
    return dbnvar.repeat(N, 1) / N


@bndiff2.misconception(
    symptom="The result is a single row, where every example has one.",
    question="How many entries of bndiff2 went into one entry of bnvar?",
    rule="A sum forwards is a copy backwards: each number that was added gets the gradient of the sum.",
)
def bndiff2_no_replicate(dbnvar, N):
    return dbnvar / (N - 1)


@bndiff2.misconception(
    symptom="Every entry is too large, and for a batch of two it is right.",
    question="What did the forward line do after adding up?",
    rule="A factor in the forward line is a factor in the backward step.",
)
def bndiff2_divisor_missing(dbnvar, N):
    return dbnvar.repeat(N, 1)


@bndiff2.misconception(
    symptom="Every entry is twice as large as it should be.",
    question="Is the square a part of this line?",
    rule="One step at a time: a square has a line of its own, and its slope comes in there.",
)
def bndiff2_square_taken_along(dbnvar, N):
    return 2 * dbnvar.repeat(N, 1) / (N - 1)


@bndiff2.misconception(**INPUT_CHANGED)
def bndiff2_upstream_changed_in_place(dbnvar, N):
    dbnvar /= N - 1
    return dbnvar.repeat(N, 1)


@bndiff2.misconception(**DTYPE_WRITTEN_DOWN)
def bndiff2_hard_coded_float32(dbnvar, N):
    return torch.ones(N, 1, dtype=torch.float32) * dbnvar.float() / (N - 1)


# -- backward_bndiff --------------------------------------------------------------------------------------


# The first result stands for bnraw, whose gradient has already come back to bndiff.
@backward_of("backward_bndiff", wrt="bndiff", upstream=("dbndiff_branch1", "dbndiff2"))
def bndiff(bndiff):
    return bndiff * 1.0, bndiff**2


@bndiff.alternative
def bndiff_used_twice(bndiff, dbndiff_branch1, dbndiff2):
    return dbndiff_branch1 + bndiff * dbndiff2 + bndiff * dbndiff2


@bndiff.alternative
def bndiff_in_place_on_a_copy(bndiff, dbndiff_branch1, dbndiff2):
    dbndiff = dbndiff_branch1.clone()
    dbndiff += 2 * bndiff * dbndiff2
    return dbndiff


@bndiff.alternative
def bndiff_by_addcmul(bndiff, dbndiff_branch1, dbndiff2):
    return torch.addcmul(dbndiff_branch1, bndiff, dbndiff2, value=2)


@bndiff.alternative
def bndiff_entry_by_entry(bndiff, dbndiff_branch1, dbndiff2):
    dbndiff = torch.zeros_like(bndiff)
    for n in range(bndiff.shape[0]):
        for j in range(bndiff.shape[1]):
            dbndiff[n, j] = dbndiff_branch1[n, j] + 2 * bndiff[n, j] * dbndiff2[n, j]
    return dbndiff


@bndiff.misconception(
    symptom="The difference between your answer and the right one is half of what comes through the square.",
    question="What is the slope of a square at 3?",
    rule="The power rule brings the exponent down as a factor.",
)
def square_factor(bndiff, dbndiff_branch1, dbndiff2):
    return dbndiff_branch1 + bndiff * dbndiff2


@bndiff.misconception(
    symptom="The answer is the first branch, unchanged.",
    question="On which right-hand sides of the forward lines does bndiff stand?",
    rule="A variable that is used twice gets the sum of what both uses send back.",
)
def bndiff_branch_missing(bndiff, dbndiff_branch1, dbndiff2):
    return dbndiff_branch1


@bndiff.misconception(
    symptom="The answer does not change when dbndiff_branch1 does.",
    question="What happens to the first branch when the second one is assigned to the same name?",
    rule=(
        "A variable that is used twice gets the sum of what both uses send back. The second use adds, it "
        "does not replace."
    ),
)
def bndiff_branch_overwritten(bndiff, dbndiff_branch1, dbndiff2):
    return 2 * bndiff * dbndiff2


@bndiff.misconception(
    symptom="The first branch is in the answer, but bndiff plays no part in the second.",
    question="Is a square equally steep everywhere?",
    rule="The slope of a square depends on the point at which it is taken.",
)
def bndiff_slope_without_the_point(bndiff, dbndiff_branch1, dbndiff2):
    return dbndiff_branch1 + 2 * dbndiff2


@bndiff.misconception(
    symptom="Every entry is half as large as it should be.",
    question="Why should two uses count less than one?",
    rule="Gradients of several uses are added, not averaged.",
)
def bndiff_branches_averaged(bndiff, dbndiff_branch1, dbndiff2):
    return (dbndiff_branch1 + 2 * bndiff * dbndiff2) / 2


@bndiff.misconception(
    symptom="Entries with a negative bndiff are off in another direction than those with a positive one.",
    question="Did you use the square itself or its slope?",
    rule="A backward step multiplies by the derivative of the function, not by its value.",
)
def bndiff_square_for_its_slope(bndiff, dbndiff_branch1, dbndiff2):
    return dbndiff_branch1 + bndiff**2 * dbndiff2


@bndiff.misconception(**INPUT_CHANGED)
def bndiff_branch1_changed_in_place(bndiff, dbndiff_branch1, dbndiff2):
    dbndiff_branch1 += 2 * bndiff * dbndiff2
    return dbndiff_branch1


# -- backward_bnmeani -------------------------------------------------------------------------------------


@backward_of("backward_bnmeani", wrt="bnmeani", upstream="dbndiff")
def bnmeani(hprebn: Float[Tensor, "N H"], bnmeani: Float[Tensor, "1 H"]):
    return hprebn - bnmeani


@bnmeani.alternative
def bnmeani_sum_of_negatives(dbndiff):
    return (-dbndiff).sum(0).view(1, -1)


@bnmeani.alternative
def bnmeani_by_product_with_ones(dbndiff):
    return -torch.ones(1, len(dbndiff), dtype=dbndiff.dtype) @ dbndiff


@bnmeani.alternative
def bnmeani_row_by_row(dbndiff):
    dbnmeani = torch.zeros(1, dbndiff.shape[1])
    for row in dbndiff:
        dbnmeani -= row
    return dbnmeani


@bnmeani.misconception(
    symptom="Every entry has the wrong sign.",
    question="With which sign does the mean stand in the forward line?",
    rule="A term that is subtracted gets the gradient with its sign turned.",
)
def bnmeani_sign_missing(dbndiff):
    return dbndiff.sum(0, keepdim=True)


@bnmeani.misconception(**NOT_SUMMED)
def bnmeani_no_sum(dbndiff):
    return -dbndiff


@bnmeani.misconception(**LOST_AXIS)
def bnmeani_lost_keepdim(dbndiff):
    return -dbndiff.sum(0)


@bnmeani.misconception(**WRONG_AXIS)
def bnmeani_wrong_axis(dbndiff):
    return -dbndiff.sum(1, keepdim=True)


@bnmeani.misconception(
    symptom="Every entry is too small, by one and the same factor: the number of rows of the batch.",
    question=(
        "In which forward line is the mean divided by the batch, the one of this step or an earlier one?"
    ),
    rule="A step divides only by what its own line divides by. This line subtracts a finished mean.",
)
def bnmeani_divided_by_n(dbndiff):
    return -dbndiff.mean(0, keepdim=True)


@bnmeani.misconception(
    symptom="Every entry is zero, while the gradient that arrives is not.",
    question="What sums to zero in a batchnorm: the differences from the mean, or their gradients?",
    rule="The differences from a mean sum to zero. The gradients that arrive at them may be any numbers.",
)
def bnmeani_zero_because_centred(dbndiff):
    return torch.zeros_like(dbndiff[:1])


# -- backward_hprebn --------------------------------------------------------------------------------------


@backward_of("backward_hprebn", wrt="hprebn", upstream=("dbndiff", "dbnmeani"))
def hprebn(hprebn: Float[Tensor, "N H"], bnmeani: Float[Tensor, "1 H"]):
    return hprebn - bnmeani, hprebn.sum(dim=0, keepdim=True) / len(hprebn)


@hprebn.property("has column sums of zero when dbnmeani is what the mean's own step sends back")
def hprebn_columns_cancel(student, dbndiff):
    answer = student(dbndiff, -dbndiff.sum(0, keepdim=True))
    return near_zero(answer.sum(0), scale=float(dbndiff.abs().sum()))


@hprebn.alternative
def hprebn_in_place_on_a_copy(dbndiff, dbnmeani):
    dhprebn = dbndiff.clone()
    dhprebn += torch.ones_like(dbndiff) * dbnmeani * (1.0 / dbndiff.shape[0])
    return dhprebn


@hprebn.alternative
def hprebn_row_by_row(dbndiff, dbnmeani):
    return torch.stack([row + dbnmeani[0] / len(dbndiff) for row in dbndiff])


@hprebn.alternative
def hprebn_by_product_with_a_column(dbndiff, dbnmeani):
    share = torch.full((len(dbndiff), 1), 1 / len(dbndiff), dtype=dbndiff.dtype)
    return torch.addmm(dbndiff, share, dbnmeani)


@hprebn.misconception(
    symptom="The answer is dbndiff, unchanged.",
    question="In how many forward lines does hprebn stand on the right?",
    rule="The mean depends on every row, so every row also gets its part of the gradient of the mean.",
)
def mean_branch_missing(dbndiff, dbnmeani):
    return dbndiff


@hprebn.misconception(
    symptom="What comes through the mean is too large by one and the same factor: the number of rows.",
    question="How much does the mean change when a single row changes by 1?",
    rule="A factor in the forward line is a factor in the backward step.",
)
def mean_sum_not_scaled(dbndiff, dbnmeani):
    return dbndiff + dbnmeani


@hprebn.misconception(
    symptom=(
        "What comes through the mean is slightly too large, by a factor that comes close to 1 for a large "
        "batch."
    ),
    question="Which of the two batch statistics has the corrected divisor, the mean or the variance?",
    rule="Bessel's correction belongs to the variance. A mean divides by the number of rows.",
)
def mean_with_bessel(dbndiff, dbnmeani):
    return dbndiff + dbnmeani / (len(dbndiff) - 1)


@hprebn.misconception(
    symptom="What comes through the mean has the wrong sign.",
    question="Is the minus of the centring already in dbnmeani?",
    rule="A minus counts once, in the step of the line in which it stands.",
)
def mean_subtracted_again(dbndiff, dbnmeani):
    return dbndiff - dbnmeani / len(dbndiff)


@hprebn.misconception(
    symptom="The answer does not change when dbnmeani does.",
    question=(
        "Where does your gradient of the mean come from: from the argument, or from your own calculation?"
    ),
    rule=(
        "A step takes what arrives. In a true pass the two agree, but here the gradients may be any numbers."
    ),
)
def mean_gradient_computed_anew(dbndiff, dbnmeani):
    return dbndiff - dbndiff.mean(0, keepdim=True)


@hprebn.misconception(
    symptom="The answer does not change when dbndiff does.",
    question="What happens to the first branch when the second one is assigned to the same name?",
    rule=(
        "A variable that is used twice gets the sum of what both uses send back. The second use adds, it "
        "does not replace."
    ),
)
def direct_branch_overwritten(dbndiff, dbnmeani):
    return dbnmeani.repeat(len(dbndiff), 1) / len(dbndiff)


@hprebn.misconception(
    symptom="What comes through the mean is off by one and the same factor, and right for a square batch.",
    question="Was the mean taken over the examples or over the units?",
    rule="Batchnorm averages each unit over the batch. The divisor is the number of rows.",
)
def mean_divided_by_the_units(dbndiff, dbnmeani):
    return dbndiff + dbnmeani / dbndiff.shape[1]


@hprebn.misconception(**INPUT_CHANGED)
def hprebn_changed_in_place(dbndiff, dbnmeani):
    dbndiff += dbnmeani / len(dbndiff)
    return dbndiff
