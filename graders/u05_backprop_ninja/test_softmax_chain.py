"""What is true of the softmax and the log-likelihood, backwards, one atomic step at a time."""

import torch
from jaxtyping import Float
from torch import Tensor

from dojo.grading import (
    Draw,
    backward_of,
    close,
    distinct,
    grades,
    indices,
    near_zero,
    positive,
    probabilities,
)

# --- backward_logprobs ----------------------------------------------------------------------------


def log_probabilities(draw: Draw, shape: tuple[int, ...]) -> Tensor:
    """Logarithms of rows that sum to 1."""
    return draw.finish(probabilities(draw, shape).log())


@grades("backward_logprobs", logprobs=log_probabilities, y=indices("V"))
def logprobs(logprobs, y):
    leaf = logprobs.clone().requires_grad_()
    loss = -leaf[torch.arange(len(y)), y].mean()
    return torch.autograd.grad(loss, leaf)[0]


@logprobs.property("has one number other than zero in each row, and all of them sum to -1")
def one_entry_a_row(answer):
    return bool(((answer != 0).sum(1) == 1).all()) and near_zero(answer.sum() + 1, scale=1)


@logprobs.alternative
def logprobs_by_one_hot(logprobs, y):
    return -torch.eye(logprobs.shape[1], dtype=logprobs.dtype)[y] / len(y)


@logprobs.alternative
def logprobs_by_scatter(logprobs, y):
    return torch.zeros_like(logprobs).scatter_(1, y.unsqueeze(1), -1 / len(y))


@logprobs.alternative
def logprobs_by_comparison(logprobs, y):
    read = torch.arange(logprobs.shape[1]) == y[:, None]
    return torch.where(read, -1.0, 0.0).to(logprobs.dtype) / logprobs.shape[0]


@logprobs.alternative
def logprobs_by_loop(logprobs, y):
    N, V = logprobs.shape
    dlogprobs = torch.zeros(N, V)
    for row, label in enumerate(y.tolist()):
        dlogprobs[row, label] -= 1.0 / N
    return dlogprobs


@logprobs.misconception(
    symptom="Every entry of your table is filled, where most of them should be zero.",
    question="Which entries of the table did the loss read?",
    rule="A number that the loss never reads cannot change it, so its gradient is zero.",
)
def logprobs_all_entries(logprobs, y):
    return torch.full_like(logprobs, -1 / len(y))


@logprobs.misconception(
    symptom="The right entries are filled, but all are too large by the same factor.",
    question="The loss is an average. Over how many numbers was it taken?",
    rule="A mean shares the gradient equally among the numbers that it averages.",
)
def logprobs_no_mean(logprobs, y):
    dlogprobs = torch.zeros_like(logprobs)
    dlogprobs[torch.arange(len(y)), y] = -1.0
    return dlogprobs


@logprobs.misconception(
    symptom="The right entries are filled, but their size follows the number of columns.",
    question="Does the loss average over examples or over characters?",
    rule="The divisor is the number of terms in the mean, whatever the size of the table.",
)
def logprobs_wrong_n(logprobs, y):
    dlogprobs = torch.zeros_like(logprobs)
    dlogprobs[torch.arange(len(y)), y] = -1.0 / logprobs.shape[1]
    return dlogprobs


@logprobs.misconception(
    symptom="The right entries are filled, but they are much too small.",
    question="How many numbers are left after the labels have picked theirs?",
    rule="The mean is taken after the picking, so only the picked numbers count.",
)
def logprobs_mean_over_the_table(logprobs, y):
    dlogprobs = torch.zeros_like(logprobs)
    dlogprobs[torch.arange(len(y)), y] = -1.0 / logprobs.numel()
    return dlogprobs


@logprobs.misconception(
    symptom="Size and place are right, and every sign is wrong.",
    question="If the log-probability of the right character grows, does the loss grow or shrink?",
    rule="A minus sign in the forward pass is a factor like any other: it comes back with the gradient.",
)
def logprobs_sign(logprobs, y):
    dlogprobs = torch.zeros_like(logprobs)
    dlogprobs[torch.arange(len(y)), y] = 1.0 / len(y)
    return dlogprobs


@logprobs.misconception(
    symptom="Some rows have more than one entry that is not zero.",
    question="Does each row get its own label, or does each row get all labels?",
    rule="To pick one place in each row, rows and columns must be paired up in the index.",
)
def logprobs_all_labels_in_all_rows(logprobs, y):
    dlogprobs = torch.zeros_like(logprobs)
    dlogprobs[:, y] = -1.0 / len(y)
    return dlogprobs


@logprobs.misconception(
    symptom="The entries stand in the wrong places, or an index runs out of the table.",
    question="Which of the two indices counts examples, and which counts characters?",
    rule="The first index is the row. Indices stand in the order of the axes.",
)
def logprobs_row_and_column_swapped(logprobs, y):
    dlogprobs = torch.zeros_like(logprobs)
    dlogprobs[y, torch.arange(len(y))] = -1.0 / len(y)
    return dlogprobs


@logprobs.misconception(
    symptom="Your rows sum to zero, but the rows of this gradient should not.",
    question="Is this the gradient of the log-probabilities, or already that of the logits?",
    rule="Take one step at a time: the softmax is further down and not a part of this step.",
)
def logprobs_jumped_to_the_logits(logprobs, y):
    dlogits = logprobs.exp()
    dlogits[torch.arange(len(y)), y] -= 1
    return dlogits / len(y)


@logprobs.misconception(
    symptom="The numbers are right, but the log-probabilities that you were given are gone.",
    question="Does the table that you write into belong to you?",
    rule="Write into new memory: the caller still needs what was passed in.",
)
def logprobs_overwritten(logprobs, y):
    logprobs.zero_()
    logprobs[torch.arange(len(y)), y] = -1.0 / len(y)
    return logprobs


@logprobs.misconception(
    symptom="The numbers are right, but their dtype is not that of the input.",
    question="Where does your table get its dtype from?",
    rule="Make new tensors like the ones that you were given, so that they share their dtype.",
)
def logprobs_always_float32(logprobs, y):
    dlogprobs = torch.zeros(logprobs.shape, dtype=torch.float32)
    dlogprobs[torch.arange(len(y)), y] = -1.0 / len(y)
    return dlogprobs


# --- backward_probs -------------------------------------------------------------------------------


@backward_of("backward_probs", wrt="probs", upstream="dlogprobs", probs=positive)
def probs(probs):
    return probs.log()


# No forward pass makes these: who tries the logarithm out a little to each side gets NaN, at any step size.
@probs.property("depends on its arguments only, also on such as no softmax can make", examples=2)
def probs_that_no_softmax_makes(student, probs, dlogprobs):
    return close(student(-probs, dlogprobs), -student(probs, dlogprobs))


@probs.property("is as right for probabilities next to zero", examples=2)
def probs_next_to_zero(student, probs, dlogprobs):
    tiny = 2.0**-100  # a power of two scales without any rounding
    return close(tiny * student(tiny * probs, dlogprobs), student(probs, dlogprobs))


@probs.alternative
def probs_by_reciprocal(probs, dlogprobs):
    return (1 / probs) * dlogprobs


@probs.alternative
def probs_where_it_matters(probs, dlogprobs):
    dprobs = torch.zeros_like(probs)
    hit = dlogprobs != 0
    dprobs[hit] = dlogprobs[hit] / probs[hit]
    return dprobs


@probs.alternative
def probs_by_loop(probs, dlogprobs):
    dprobs = torch.zeros_like(dlogprobs)
    for n, row in enumerate(probs):
        for v, p in enumerate(row):
            dprobs[n, v] = dlogprobs[n, v] / p
    return dprobs


@probs.misconception(
    symptom="Small probabilities get small gradients from you, and they should get large ones.",
    question="Is the slope of the logarithm large or small near zero?",
    rule="The chain rule multiplies by the local slope, not by the value of the input.",
)
def probs_log_inverse(probs, dlogprobs):
    return probs * dlogprobs


@probs.misconception(
    symptom="Your numbers are the logarithm times the gradient that came in.",
    question="Did you use the function or its slope?",
    rule="A backward step needs the derivative of the forward step, not the forward step again.",
)
def probs_function_for_slope(probs, dlogprobs):
    return probs.log() * dlogprobs


@probs.misconception(
    symptom="The size of every entry is right, and every sign is wrong.",
    question="Where does the minus of the loss live, and has it been taken care of already?",
    rule="Each forward step comes back once. The minus of another step is in the gradient already.",
)
def probs_minus_twice(probs, dlogprobs):
    return -dlogprobs / probs


@probs.misconception(
    symptom="Your answer does not depend on the gradient that comes in.",
    question="What happens to your answer if the incoming gradient is zero?",
    rule="A local slope alone is no gradient: the incoming gradient is always a factor.",
)
def probs_upstream_forgotten(probs, dlogprobs):
    return 1 / probs


@probs.misconception(
    symptom="The power of the probability is off by one, and the sign too.",
    question="Did you differentiate once or twice?",
    rule="One forward step means one derivative.",
)
def probs_differentiated_twice(probs, dlogprobs):
    return -dlogprobs / probs**2


@probs.misconception(
    symptom="All numbers are nearly right. They are off by the same tiny share that you add somewhere.",
    question="Does the forward step add anything before it takes the logarithm?",
    rule="Differentiate exactly the forward step that ran. With a safety margin it is another function.",
)
def probs_safety_margin(probs, dlogprobs):
    return dlogprobs / (probs + 1e-8)


@probs.misconception(
    symptom="The numbers are right, but the gradient that you were given is changed afterwards.",
    question="Which operation writes its result back into its left side?",
    rule="An operator with an equals sign works in place. Work in place only on what is yours.",
)
def probs_divides_in_place(probs, dlogprobs):
    dlogprobs /= probs
    return dlogprobs


# --- backward_counts_sum_inv ----------------------------------------------------------------------


@backward_of("backward_counts_sum_inv", wrt="counts_sum_inv", upstream="dprobs", counts=positive)
def counts_sum_inv(counts, counts_sum_inv: Float[Tensor, "N 1"]):
    return counts * counts_sum_inv


@counts_sum_inv.alternative
def csi_by_einsum(counts, dprobs):
    return torch.einsum("nv,nv->n", counts, dprobs)[:, None]


@counts_sum_inv.alternative
def csi_by_batched_product(counts, dprobs):
    return (counts[:, None, :] @ dprobs[:, :, None]).squeeze(2)


@counts_sum_inv.alternative
def csi_by_diagonal(counts, dprobs):
    return torch.diag(counts @ dprobs.T).view(-1, 1)


@counts_sum_inv.alternative
def csi_by_loop(counts, dprobs):
    N, V = counts.shape
    total = torch.zeros(N, 1)
    for v in range(V):
        total[:, 0] += counts[:, v] * dprobs[:, v]
    return total


@counts_sum_inv.misconception(
    symptom="You return a whole table where a column is asked for.",
    question="This column was copied sideways. How many uses does each of its numbers have?",
    rule="What is copied in the forward pass is summed in the backward pass, along the same axis.",
)
def csi_no_sum(counts, dprobs):
    return counts * dprobs


@counts_sum_inv.misconception(
    symptom="You return a row where a column is asked for.",
    question="Along which axis was the column copied?",
    rule="Sum along the axis of the copying. It is the one on which the variable has size 1.",
)
def csi_sum_rows(counts, dprobs):
    return (counts * dprobs).sum(0, keepdim=True)


@counts_sum_inv.misconception(
    symptom="The numbers are right, but an axis of size 1 is lost.",
    question="Which shape does the variable have, and which has your gradient?",
    rule="A gradient has the shape of its variable, axes of size 1 included.",
)
def csi_no_keepdim(counts, dprobs):
    return (counts * dprobs).sum(1)


@counts_sum_inv.misconception(
    symptom="All numbers are too small by the same factor, the number of columns.",
    question="Do the uses of a number add up, or are they averaged?",
    rule="Gradients of several uses add up. Only a mean in the forward pass divides.",
)
def csi_mean(counts, dprobs):
    return (counts * dprobs).mean(1, keepdim=True)


@counts_sum_inv.misconception(
    symptom="The shape is right, but your answer does not depend on the counts.",
    question="How strongly does a probability react if this column changes a little?",
    rule="In a product, the slope with respect to one factor is the other factor.",
)
def csi_other_factor_missing(counts, dprobs):
    return dprobs.sum(1, keepdim=True)


@counts_sum_inv.misconception(
    symptom="The shape is right, but the numbers mix columns that have nothing to do with each other.",
    question="Which comes first: the product of matching entries, or the sum?",
    rule="A sum of products is not the product of the sums.",
)
def csi_summed_before_the_product(counts, dprobs):
    return counts.sum(1, keepdim=True) * dprobs.sum(1, keepdim=True)


@counts_sum_inv.misconception(
    symptom="You return a single number where each example should have its own.",
    question="Do different examples share one entry of this column?",
    rule="Only sum over the axis that was copied. The batch axis was not.",
)
def csi_summed_over_everything(counts, dprobs):
    return (counts * dprobs).sum()


# --- backward_counts_branch1 ----------------------------------------------------------------------


@backward_of("backward_counts_branch1", wrt="counts", upstream="dprobs", counts_sum_inv=positive)
def counts_branch1(counts: Float[Tensor, "N V"], counts_sum_inv):
    return counts * counts_sum_inv


@counts_branch1.alternative
def branch1_expanded(counts_sum_inv, dprobs):
    return counts_sum_inv.expand(dprobs.shape) * dprobs


@counts_branch1.alternative
def branch1_by_einsum(counts_sum_inv, dprobs):
    return torch.einsum("n,nv->nv", counts_sum_inv[:, 0], dprobs)


@counts_branch1.alternative
def branch1_by_diagonal_matrix(counts_sum_inv, dprobs):
    return torch.diag(counts_sum_inv.squeeze(1)) @ dprobs


@counts_branch1.alternative
def branch1_by_loop(counts_sum_inv, dprobs):
    return torch.stack([row * factor for row, factor in zip(dprobs, counts_sum_inv, strict=True)])


@counts_branch1.misconception(
    symptom="You return a column where a whole table is asked for.",
    question="Was counts copied in this product, or was the other factor?",
    rule="Sum only over an axis along which this variable itself was copied.",
)
def branch1_summed(counts_sum_inv, dprobs):
    return (counts_sum_inv * dprobs).sum(1, keepdim=True)


@counts_branch1.misconception(
    symptom="You hand on the incoming gradient unchanged.",
    question="How strongly does a probability react if its count grows by one?",
    rule="In a product, the slope with respect to one factor is the other factor.",
)
def branch1_factor_forgotten(counts_sum_inv, dprobs):
    return dprobs.clone()


@counts_branch1.misconception(
    symptom="Rows with a small factor come out large, and the other way round.",
    question="Is counts_sum_inv the sum, or has the reciprocal been taken already?",
    rule="A factor stays a factor on the way back. A reciprocal is not taken a second time.",
)
def branch1_divided(counts_sum_inv, dprobs):
    return dprobs / counts_sum_inv


@counts_branch1.misconception(
    symptom="Every row of your answer is constant: the incoming gradient leaves no trace.",
    question="What happens to your answer if the incoming gradient is zero?",
    rule="A local slope alone is no gradient: the incoming gradient is always a factor.",
)
def branch1_upstream_forgotten(counts_sum_inv, dprobs):
    return counts_sum_inv.repeat(1, dprobs.shape[1])


@counts_branch1.misconception(
    symptom="The shapes don't fit, or only for a square table and then with wrong numbers.",
    question="Against which axis does a tensor with a single axis broadcast?",
    rule="Broadcasting lines shapes up from the right. A column needs its axis of size 1 to stay a column.",
)
def branch1_squeezed_column(counts_sum_inv, dprobs):
    return counts_sum_inv.squeeze(1) * dprobs


@counts_branch1.misconception(
    symptom="The numbers are right, but the gradient that you were given is changed afterwards.",
    question="Which operation writes its result back into its left side?",
    rule="An operator with an equals sign works in place. Work in place only on what is yours.",
)
def branch1_in_place(counts_sum_inv, dprobs):
    dprobs *= counts_sum_inv
    return dprobs


# --- backward_counts_sum --------------------------------------------------------------------------


@backward_of("backward_counts_sum", wrt="counts_sum", upstream="dcounts_sum_inv", counts_sum=positive)
def counts_sum(counts_sum):
    return counts_sum**-1


@counts_sum.alternative
def counts_sum_by_negative_power(counts_sum, dcounts_sum_inv):
    return -(counts_sum**-2) * dcounts_sum_inv


@counts_sum.alternative
def counts_sum_from_the_output(counts_sum, dcounts_sum_inv):
    counts_sum_inv = 1 / counts_sum
    return dcounts_sum_inv * -counts_sum_inv * counts_sum_inv


@counts_sum.alternative
def counts_sum_by_reciprocal(counts_sum, dcounts_sum_inv):
    return -1 * counts_sum.pow(2).reciprocal() * dcounts_sum_inv


@counts_sum.alternative
def counts_sum_by_loop(counts_sum, dcounts_sum_inv):
    pairs = zip(counts_sum.flatten().tolist(), dcounts_sum_inv.flatten().tolist(), strict=True)
    return torch.tensor([[-g / (s * s)] for s, g in pairs], dtype=counts_sum.dtype)


@counts_sum.misconception(
    symptom="The size of every entry is right, and every sign is wrong.",
    question="If the sum grows, does its reciprocal grow or shrink?",
    rule="Bringing an exponent down brings its sign down too.",
)
def recip_sign(counts_sum, dcounts_sum_inv):
    return dcounts_sum_inv / counts_sum**2


@counts_sum.misconception(
    symptom="Your answer is right only where the sum is 1.",
    question="After the exponent has come down, which exponent is left?",
    rule="The power rule has two parts: bring the exponent down, and lower it by one.",
)
def recip_power(counts_sum, dcounts_sum_inv):
    return -dcounts_sum_inv / counts_sum


@counts_sum.misconception(
    symptom="Your answer has another sign and another power. It is right for another function.",
    question="Of which function is the reciprocal the derivative, and is that the forward step?",
    rule="A reciprocal is a power with a negative exponent. Differentiate it as a power.",
)
def recip_as_logarithm(counts_sum, dcounts_sum_inv):
    return dcounts_sum_inv / counts_sum


@counts_sum.misconception(
    symptom="Your answer does not depend on the gradient that comes in.",
    question="What happens to your answer if the incoming gradient is zero?",
    rule="A local slope alone is no gradient: the incoming gradient is always a factor.",
)
def recip_upstream_forgotten(counts_sum, dcounts_sum_inv):
    return -1 / counts_sum**2


@counts_sum.misconception(
    symptom="Large sums get large gradients from you, and they should get small ones.",
    question="When you lower a negative exponent by one, does it move towards zero or away from it?",
    rule="Lowering a negative exponent by one takes it further from zero.",
)
def recip_exponent_raised(counts_sum, dcounts_sum_inv):
    return -dcounts_sum_inv * counts_sum**2


@counts_sum.misconception(
    symptom="The numbers are right, but an axis of size 1 is lost.",
    question="Which shape does the variable have, and which has your gradient?",
    rule="A gradient has the shape of its variable, axes of size 1 included.",
)
def recip_no_keepdim(counts_sum, dcounts_sum_inv):
    return (-dcounts_sum_inv / counts_sum**2).squeeze(1)


# --- backward_counts ------------------------------------------------------------------------------


@backward_of("backward_counts", wrt="counts", upstream=("dcounts_branch1", "dcounts_sum"))
def counts(counts: Float[Tensor, "N V"]):
    return counts.clone(), counts.sum(dim=1, keepdim=True)  # its two uses


@counts.alternative
def counts_in_place_on_a_clone(dcounts_branch1, dcounts_sum):
    dcounts = dcounts_branch1.clone()
    dcounts += dcounts_sum
    return dcounts


@counts.alternative
def counts_by_product_with_ones(dcounts_branch1, dcounts_sum):
    return dcounts_branch1 + dcounts_sum @ torch.ones(1, dcounts_branch1.shape[1])


@counts.alternative
def counts_by_repeat(dcounts_branch1, dcounts_sum):
    return dcounts_sum.repeat(1, dcounts_branch1.shape[1]) + dcounts_branch1


@counts.alternative
def counts_by_loop(dcounts_branch1, dcounts_sum):
    columns = [dcounts_branch1[:, v] + dcounts_sum[:, 0] for v in range(dcounts_branch1.shape[1])]
    return torch.stack(columns, dim=1)


@counts.misconception(
    symptom="Only the second use of counts shows in your answer.",
    question="counts feeds two places. What happened to the gradient from the first one?",
    rule="Gradients of several uses are added. An assignment throws the earlier one away.",
)
def counts_overwrite(dcounts_branch1, dcounts_sum):
    return torch.ones_like(dcounts_branch1) * dcounts_sum


@counts.misconception(
    symptom="Only the first use of counts shows in your answer.",
    question="On how many right-hand sides of the forward pass does counts appear?",
    rule="Every use of a variable sends a gradient back. All of them belong to the answer.",
)
def counts_branch_missing(dcounts_branch1, dcounts_sum):
    return dcounts_branch1.clone()


@counts.misconception(
    symptom="The second part is too small, by the number of columns.",
    question="If one count grows by one, by how much does the sum of its row grow?",
    rule="A sum hands its whole gradient to each of its terms. Only a mean divides it up.",
)
def counts_shared_out(dcounts_branch1, dcounts_sum):
    return dcounts_branch1 + dcounts_sum / dcounts_branch1.shape[1]


@counts.misconception(
    symptom="The second part has the wrong sign.",
    question="Does the sum of a row grow or shrink when one of its counts grows?",
    rule="The minus of the reciprocal is in the incoming gradient already. The sum itself has slope one.",
)
def counts_subtracted(dcounts_branch1, dcounts_sum):
    return dcounts_branch1 - dcounts_sum


@counts.misconception(
    symptom="Your two parts are multiplied with each other.",
    question="Are the two uses of counts one after the other, or side by side?",
    rule="Steps in a row multiply their slopes, uses side by side add their gradients.",
)
def counts_multiplied(dcounts_branch1, dcounts_sum):
    return dcounts_branch1 * dcounts_sum


@counts.misconception(
    symptom="You return a column where a whole table is asked for.",
    question="Which of the two shapes does counts have?",
    rule="Going back through a sum spreads the gradient out. It does not sum a second time.",
)
def counts_summed_again(dcounts_branch1, dcounts_sum):
    return dcounts_branch1.sum(1, keepdim=True) + dcounts_sum


@counts.misconception(
    symptom="The shapes don't fit, or only for a square table and then with wrong numbers.",
    question="Along which axis did the forward pass sum, and along which do you spread?",
    rule="Spread along the axis that was summed, so that each example gets its own number.",
)
def counts_spread_down_the_columns(dcounts_branch1, dcounts_sum):
    return dcounts_branch1 + dcounts_sum.T


@counts.misconception(
    symptom="The numbers are right, but the gradient of the first branch is changed afterwards.",
    question="Who else may still hold the tensor that you add to?",
    rule="Adding in place changes the tensor for all who hold it. Make a copy first, or a new tensor.",
)
def counts_added_in_place(dcounts_branch1, dcounts_sum):
    dcounts_branch1 += dcounts_sum
    return dcounts_branch1


# --- backward_norm_logits -------------------------------------------------------------------------


@backward_of(
    "backward_norm_logits",
    wrt="norm_logits",
    upstream="dcounts",
    cache=lambda norm_logits: {"counts": norm_logits.exp()},
)
def norm_logits(norm_logits: Float[Tensor, "N V"]):
    return norm_logits.exp()


@norm_logits.alternative
def norm_logits_recomputed(counts, dcounts):
    return counts.log().exp() * dcounts


@norm_logits.alternative
def norm_logits_by_einsum(counts, dcounts):
    return torch.einsum("nv,nv->nv", dcounts, counts)


@norm_logits.alternative
def norm_logits_in_place_on_a_clone(counts, dcounts):
    return dcounts.clone().mul_(counts)


@norm_logits.alternative
def norm_logits_by_loop(counts, dcounts):
    return torch.stack([c * g for c, g in zip(counts, dcounts, strict=True)])


@norm_logits.misconception(
    symptom="Your numbers are too large, and more so where the counts are large.",
    question="Which variable was exponentiated, and which one do you exponentiate?",
    rule="The slope of exp is taken at the input of the forward step. Its output holds that slope already.",
)
def exp_of_counts(counts, dcounts):
    return counts.exp() * dcounts


@norm_logits.misconception(
    symptom="Large counts get small gradients from you, and they should get large ones.",
    question="Do you go back through an exponential or through a logarithm?",
    rule="Undoing a function is not the same as differentiating it.",
)
def exp_undone(counts, dcounts):
    return dcounts / counts


@norm_logits.misconception(
    symptom="You treat the exponential as if it were a power.",
    question="Where does the variable stand in the forward step: in the base or in the exponent?",
    rule="The power rule is for a variable in the base. In the exponent, another rule holds.",
)
def exp_by_power_rule(counts, dcounts):
    norm_logits = counts.log()
    return norm_logits * (norm_logits - 1).exp() * dcounts


@norm_logits.misconception(
    symptom="Your answer does not depend on the gradient that comes in.",
    question="What happens to your answer if the incoming gradient is zero?",
    rule="A local slope alone is no gradient: the incoming gradient is always a factor.",
)
def exp_upstream_forgotten(counts, dcounts):
    return counts.clone()


@norm_logits.misconception(
    symptom="You return a column where a whole table is asked for.",
    question="Does any entry of norm_logits reach more than one count?",
    rule="An elementwise step has one use for each entry, so nothing is summed on the way back.",
)
def exp_summed(counts, dcounts):
    return (counts * dcounts).sum(1, keepdim=True)


@norm_logits.misconception(
    symptom="Your rows mix: an entry reacts to the gradients of its neighbours.",
    question="Is this step the whole softmax, or only its exponential?",
    rule="Take one step at a time. What ties the entries of a row together is another step.",
)
def exp_as_whole_softmax(counts, dcounts):
    return counts * (dcounts - (counts * dcounts).sum(1, keepdim=True))


@norm_logits.misconception(
    symptom="The numbers are right, but the gradient that you were given is changed afterwards.",
    question="Which operation writes its result back into its left side?",
    rule="An operator with an equals sign works in place. Work in place only on what is yours.",
)
def exp_in_place(counts, dcounts):
    dcounts *= counts
    return dcounts


# --- backward_logit_maxes -------------------------------------------------------------------------


@backward_of("backward_logit_maxes", wrt="logit_maxes", upstream="dnorm_logits")
def logit_maxes(logits: Float[Tensor, "N V"], logit_maxes: Float[Tensor, "N 1"]):
    return logits - logit_maxes


@logit_maxes.alternative
def maxes_negated_first(dnorm_logits):
    return (-dnorm_logits).sum(1).unsqueeze(1)


@logit_maxes.alternative
def maxes_by_product_with_ones(dnorm_logits):
    return -(dnorm_logits @ torch.ones(dnorm_logits.shape[1], 1))


@logit_maxes.alternative
def maxes_by_einsum(dnorm_logits):
    return -torch.einsum("nv->n", dnorm_logits).reshape(-1, 1)


@logit_maxes.alternative
def maxes_by_loop(dnorm_logits):
    total = torch.zeros(len(dnorm_logits), 1)
    for v in range(dnorm_logits.shape[1]):
        total -= dnorm_logits[:, v : v + 1]
    return total


@logit_maxes.misconception(
    symptom="You return a whole table where a column is asked for.",
    question="This column was copied sideways before the subtraction. How many uses does each number have?",
    rule="What is copied in the forward pass is summed in the backward pass, along the same axis.",
)
def maxes_no_sum(dnorm_logits):
    return -dnorm_logits


@logit_maxes.misconception(
    symptom="The size of every entry is right, and every sign is wrong.",
    question="If a maximum grows, do the entries of its row grow or shrink?",
    rule="What is subtracted in the forward pass gets the gradient with its sign turned.",
)
def maxes_sign(dnorm_logits):
    return dnorm_logits.sum(1, keepdim=True)


@logit_maxes.misconception(
    symptom="The numbers are right, but an axis of size 1 is lost.",
    question="Which shape does the variable have, and which has your gradient?",
    rule="A gradient has the shape of its variable, axes of size 1 included.",
)
def maxes_no_keepdim(dnorm_logits):
    return -dnorm_logits.sum(1)


@logit_maxes.misconception(
    symptom="You return a row where a column is asked for.",
    question="Does each example have its own maximum, or each character?",
    rule="Sum along the axis of the copying. It is the one on which the variable has size 1.",
)
def maxes_wrong_axis(dnorm_logits):
    return -dnorm_logits.sum(0, keepdim=True)


@logit_maxes.misconception(
    symptom="All numbers are too small by the same factor, the number of columns.",
    question="Do the uses of a number add up, or are they averaged?",
    rule="Gradients of several uses add up. Only a mean in the forward pass divides.",
)
def maxes_mean(dnorm_logits):
    return -dnorm_logits.mean(1, keepdim=True)


@logit_maxes.misconception(
    symptom="You return zeros.",
    question="Does this step make the gradient vanish, or the particular gradient that usually comes in?",
    rule="A backward step must be right for any incoming gradient, also for one that does not cancel.",
)
def maxes_known_to_vanish(dnorm_logits):
    return torch.zeros_like(dnorm_logits[:, :1])


@logit_maxes.misconception(
    symptom="Each of your numbers comes from one entry of its row only.",
    question="Is this the step that finds the maximum, or the one that subtracts it?",
    rule="The subtraction uses the column for every entry of the row. Finding the maximum is another step.",
)
def maxes_only_one_use(dnorm_logits):
    return -dnorm_logits.max(1, keepdim=True).values


# --- backward_logits ------------------------------------------------------------------------------


def close_winners(draw: Draw, shape: tuple[int, ...]) -> Tensor:
    """Rows without ties, because `max` and `amax` share out the gradient of a tie in different ways. In half
    of the cases (not in that of small steps) the second largest logit is nearly the largest."""
    logits = distinct(draw, shape)
    first, second = logits.topk(2, dim=1).indices.split(1, dim=1)
    gap = 2.0 ** (-30 if draw.dtype == torch.float64 else -14)
    return logits.scatter(1, second, logits.gather(1, first) - gap) if draw.structure.seed % 2 else logits


@backward_of(
    "backward_logits",
    wrt="logits",
    upstream=("dnorm_logits", "dlogit_maxes"),
    logits=close_winners,
    minimum={"V": 2},  # the largest and the second largest are drawn close together
)
def logits(logits, logit_maxes: Float[Tensor, "N 1"]):
    return logits - logit_maxes, logits.max(dim=1, keepdim=True).values


@logits.property("differs from dnorm_logits at the largest logit of each row, and nowhere else")
def one_place_a_row(answer, logits, dnorm_logits, dlogit_maxes):
    scale = max(float(dnorm_logits.abs().max()), float(dlogit_maxes.abs().max()))
    moved = (answer - dnorm_logits).abs() > 1e-9 * scale
    return torch.equal(moved, logits == logits.amax(1, keepdim=True))


@logits.alternative
def logits_by_one_hot(logits, dnorm_logits, dlogit_maxes):
    return dnorm_logits + torch.eye(logits.shape[1])[logits.argmax(1)] * dlogit_maxes


@logits.alternative
def logits_by_comparison(logits, dnorm_logits, dlogit_maxes):
    largest = logits == logits.amax(dim=1, keepdim=True)
    return torch.where(largest, dnorm_logits + dlogit_maxes, dnorm_logits)


@logits.alternative
def logits_by_scatter(logits, dnorm_logits, dlogit_maxes):
    return dnorm_logits.scatter_add(1, logits.max(1, keepdim=True).indices, dlogit_maxes)


@logits.alternative
def logits_by_index_put(logits, dnorm_logits, dlogit_maxes):
    place = (torch.arange(len(logits)), logits.argmax(1))
    dlogits = torch.zeros_like(logits).index_put_(place, dlogit_maxes.view(-1), accumulate=True)
    return dlogits + dnorm_logits


@logits.alternative
def logits_by_loop(logits, dnorm_logits, dlogit_maxes):
    dlogits = dnorm_logits.clone()
    for n, row in enumerate(logits.tolist()):
        dlogits[n, row.index(max(row))] += dlogit_maxes[n, 0]
    return dlogits


@logits.misconception(
    symptom="One entry of each row is wrong, at the place of the largest logit.",
    question="The maxima came from the logits too. Where does their gradient go?",
    rule="Every use of a variable sends a gradient back, also one that nearly vanishes in the whole network.",
)
def max_branch_missing(logits, dnorm_logits, dlogit_maxes):
    return dnorm_logits.clone()


@logits.misconception(
    symptom="The numbers are right, but the gradient that you were given is changed afterwards.",
    question="Do two names of yours stand for one and the same tensor?",
    rule="An assignment gives a second name, not a second tensor. Copy before you add in place.",
)
def alias_no_clone(logits, dnorm_logits, dlogit_maxes):
    dlogits = dnorm_logits
    dlogits[torch.arange(len(logits)), logits.argmax(1)] += dlogit_maxes.squeeze(1)
    return dlogits


@logits.misconception(
    symptom="Only the largest logit of each row should get something from the maxima, and you give to all.",
    question="If a logit that is not the largest grows a little, does the maximum change?",
    rule="A maximum is a switch: it passes its gradient to the entry that won, and nothing to the others.",
)
def max_spread_over_the_row(logits, dnorm_logits, dlogit_maxes):
    return dnorm_logits + dlogit_maxes


@logits.misconception(
    symptom="At the place of the largest logit, only the gradient of the maxima is left.",
    question="How many uses does the largest logit of a row have?",
    rule="Gradients of several uses are added. An assignment throws the earlier one away.",
)
def max_overwrites(logits, dnorm_logits, dlogit_maxes):
    dlogits = dnorm_logits.clone()
    dlogits[torch.arange(len(logits)), logits.argmax(1)] = dlogit_maxes.squeeze(1)
    return dlogits


@logits.misconception(
    symptom="Rows with two logits close together are wrong, and all others are right.",
    question="How much of its gradient does a maximum give to the logit that comes second?",
    rule="A maximum is all or nothing. A softmax shares out, however steep it is.",
)
def max_by_a_steep_softmax(logits, dnorm_logits, dlogit_maxes):
    return dnorm_logits + torch.softmax(1000 * logits, dim=1) * dlogit_maxes


@logits.misconception(
    symptom="Your table is zero except at the largest logits.",
    question="By which other way do the logits reach norm_logits?",
    rule="Every use of a variable sends a gradient back. All of them belong to the answer.",
)
def direct_use_missing(logits, dnorm_logits, dlogit_maxes):
    dlogits = torch.zeros_like(logits)
    dlogits[torch.arange(len(logits)), logits.argmax(1)] = dlogit_maxes.squeeze(1)
    return dlogits


@logits.misconception(
    symptom="At the place of the largest logit, the second part has the wrong sign.",
    question="Is the minus of the subtraction already in the gradient of the maxima?",
    rule="Each forward step comes back once. Finding a maximum has slope one and no minus.",
)
def max_sign(logits, dnorm_logits, dlogit_maxes):
    dlogits = dnorm_logits.clone()
    dlogits[torch.arange(len(logits)), logits.argmax(1)] -= dlogit_maxes.squeeze(1)
    return dlogits


@logits.misconception(
    symptom="Some rows are changed in several places.",
    question="Does each row get its own place, or does each row get the places of all rows?",
    rule="To pick one place in each row, rows and columns must be paired up in the index.",
)
def max_in_all_rows(logits, dnorm_logits, dlogit_maxes):
    dlogits = dnorm_logits.clone()
    dlogits[:, logits.argmax(1)] += dlogit_maxes
    return dlogits


@logits.misconception(
    symptom="The second part stands at the largest gradient instead of the largest logit.",
    question="Of which table did the forward pass take the maximum?",
    rule="Which entry won is decided in the forward pass, by forward values alone.",
)
def max_of_the_gradient(logits, dnorm_logits, dlogit_maxes):
    dlogits = dnorm_logits.clone()
    dlogits[torch.arange(len(logits)), dnorm_logits.argmax(1)] += dlogit_maxes.squeeze(1)
    return dlogits


@logits.misconception(
    symptom="Only one row of the table gets something from the maxima.",
    question="How many maxima did the forward pass find?",
    rule="Each row has a maximum of its own, so the comparison stays inside a row.",
)
def one_max_for_the_table(logits, dnorm_logits, dlogit_maxes):
    return dnorm_logits + (logits == logits.max()) * dlogit_maxes


@logits.misconception(
    symptom="The places run down the columns, or the shapes don't fit at all.",
    question="Along which axis did the forward pass look for the largest logit?",
    rule="Each example has a maximum over its characters. The axis is that of the characters.",
)
def max_over_the_batch(logits, dnorm_logits, dlogit_maxes):
    dlogits = dnorm_logits.clone()
    dlogits[logits.argmax(0), torch.arange(logits.shape[1])] += dlogit_maxes.squeeze(1)
    return dlogits


# --- softmax_shift_invariance ---------------------------------------------------------------------


# The shift enters twice, once for each way, with equal values: autograd keeps the two ways apart.
@backward_of(
    "softmax_shift_invariance",
    wrt=("c_above", "c_below"),
    upstream="dprobs",
    probs=probabilities,
    cache=lambda c: {"c_above": c, "c_below": c},
)
def shift(probs, c: Float[Tensor, "N 1"], c_above, c_below):
    logits = probs.log() + c
    return (logits - c_above).exp() / (logits - c_below).exp().sum(dim=1, keepdim=True)


@shift.property("has two parts that cancel")
def parts_cancel(answer, dprobs):
    return near_zero(answer[0] + answer[1], scale=float(dprobs.abs().max()))


@shift.alternative
def shift_by_einsum(probs, dprobs):
    inner = torch.einsum("nv,nv->n", probs, dprobs)[:, None]
    return (-inner, inner)


@shift.alternative
def shift_step_by_step(probs, dprobs):
    counts, counts_sum = probs, probs.sum(1, keepdim=True)  # the shift that makes each sum 1
    dcounts = dprobs / counts_sum
    dcounts_sum = -(dprobs * counts).sum(1, keepdim=True) / counts_sum**2
    return -(dcounts * counts).sum(1, keepdim=True), -dcounts_sum * counts_sum


@shift.alternative
def shift_by_loop(probs, dprobs):
    sums = [[float((p * g).sum())] for p, g in zip(probs, dprobs, strict=True)]
    below = torch.tensor(sums, dtype=probs.dtype)
    return [-below, below.clone()]


@shift.alternative
def shift_by_diagonal(probs, dprobs):
    inner = (probs @ dprobs.T).diagonal().unsqueeze(1)
    return inner.neg(), inner.clone()


@shift.misconception(
    symptom="Both parts are right, but they stand in the wrong order, or both have the wrong sign.",
    question="If the shift grows, do the counts grow or shrink?",
    rule="A larger shift makes the numerators smaller. Follow that path first and write it down first.",
)
def shift_order_swapped(probs, dprobs):
    inner = (probs * dprobs).sum(1, keepdim=True)
    return inner, -inner


@shift.misconception(
    symptom="Your two parts don't cancel: they have the same sign.",
    question="If the sum of the counts shrinks, do the probabilities grow or shrink?",
    rule="A division turns the sign on the way through the denominator. Count the minus signs of each path.",
)
def shift_same_sign(probs, dprobs):
    inner = (probs * dprobs).sum(1, keepdim=True)
    return -inner, -inner.clone()


@shift.misconception(
    symptom="Both parts have the same sign and the same memory.",
    question="Which operation turns the sign of a tensor that somebody else still holds?",
    rule="A method with an underscore at its end works in place. All names of that tensor see the change.",
)
def shift_negated_in_place(probs, dprobs):
    inner = (probs * dprobs).sum(1, keepdim=True)
    return inner, inner.neg_()


@shift.misconception(
    symptom="You return zeros.",
    question="The total vanishes. Does each of its two parts vanish?",
    rule="Two paths may cancel while each carries something. Follow one path and hold the other fixed.",
)
def shift_only_the_total(probs, dprobs):
    return torch.zeros_like(probs[:, :1]), torch.zeros_like(probs[:, :1])


@shift.misconception(
    symptom="Your parts cancel, but they don't depend on the probabilities.",
    question="How strongly does a probability react if its count changes by a certain share?",
    rule="An exponential reacts in proportion to its value, so large entries weigh more than small ones.",
)
def shift_unweighted(probs, dprobs):
    total = dprobs.sum(1, keepdim=True)
    return -total, total


@shift.misconception(
    symptom="The first part is right, and the second is too small.",
    question="How many counts of the row are inside the sum, and do they all move with the shift?",
    rule="All counts of a row are in its sum, and the sum is in every probability of the row.",
)
def shift_own_count_only(probs, dprobs):
    above = -(probs * dprobs).sum(1, keepdim=True)
    return above, (probs * probs * dprobs).sum(1, keepdim=True)


@shift.misconception(
    symptom="You return whole tables where columns are asked for.",
    question="How many entries of its row does one shift reach?",
    rule="Where one number is used several times, the gradients of its uses add up.",
)
def shift_no_sum(probs, dprobs):
    return -probs * dprobs, probs * dprobs


@shift.misconception(
    symptom="The numbers are right, but an axis of size 1 is lost.",
    question="Which shape does the shift have, and which have your gradients?",
    rule="A gradient has the shape of its variable, axes of size 1 included.",
)
def shift_no_keepdim(probs, dprobs):
    inner = (probs * dprobs).sum(1)
    return -inner, inner


@shift.misconception(
    symptom="You return rows where columns are asked for.",
    question="Does each example have its own shift, or each character?",
    rule="Sum along the axis of the copying. It is the one on which the variable has size 1.",
)
def shift_wrong_axis(probs, dprobs):
    inner = (probs * dprobs).sum(0, keepdim=True)
    return -inner, inner
