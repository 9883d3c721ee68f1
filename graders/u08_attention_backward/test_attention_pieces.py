"""What is true of the steps of an attention head, backwards and each alone."""

import math

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from dojo.grading import Draw, backward_of, close, grades, near_zero, one_of, probabilities

# -- domains that several exercises share -----------------------------------------------------------------


def causal_rows(draw: Draw, shape: tuple[int, ...]) -> Tensor:
    """Rows that sum to 1 and are 0 above the diagonal, as a causal softmax makes them."""
    weights = (0.2 + draw.uniform(*shape)).tril()
    return draw.finish(weights / weights.sum(-1, keepdim=True))


def mask(draw: Draw, shape: tuple[int, ...]) -> Tensor:
    """Who may read whom: the causal triangle, or any graph in which everybody may read himself."""
    if draw.structure.sizes % 2 == 0:
        return torch.ones(shape).tril() == 1
    graph = draw.uniform(*shape) < 0.5
    graph.fill_diagonal_(True)
    graph[0, -1], graph[-1, 0] = False, True  # so that it differs from its transpose
    return graph


def kept(draw: Draw, shape: tuple[int, ...]) -> Tensor:
    """A dropout mask that keeps at least one number and drops at least one that was in use."""
    keep = draw.uniform(*shape) < 0.6
    keep.view(-1)[0], keep.view(-1)[-1] = True, False
    return keep


def masked_softmax(s: Tensor) -> Tensor:
    """The softmax of the last axis, with the last score of the first row hidden."""
    hidden = torch.zeros(s.shape, dtype=torch.bool)
    hidden[..., 0, -1] = True
    return s.masked_fill(hidden, -math.inf).softmax(-1)


# -- linear_nd_backward -----------------------------------------------------------------------------------


@backward_of(
    "linear_nd_backward",
    wrt=("x", "W", "b"),
    upstream="dy",
    minimum={"B": 1},
    parts={"dx": (0,), "dW": (1,), "db": (2,)},
    examples=12,  # half of the cases have one example only
)
def linear_nd(x, W, b: Float[Tensor, "O"]):
    return x @ W.T + b


@linear_nd.alternative
def linear_on_flat_rows(dy, x, W):
    rows, inputs = dy.reshape(-1, dy.shape[-1]), x.reshape(-1, x.shape[-1])
    return (rows @ W).view_as(x), rows.T @ inputs, rows.sum(0)


@linear_nd.alternative
def linear_place_by_place(dy, x, W):
    dx, dW, db = torch.zeros_like(x), torch.zeros_like(W), torch.zeros_like(W[:, 0])
    for b in range(len(x)):
        for t in range(x.shape[1]):
            dx[b, t] = W.T @ dy[b, t]
            dW += torch.outer(dy[b, t], x[b, t])
            db += dy[b, t]
    return dx, dW, db


@linear_nd.alternative
def linear_by_batched_products(dy, x, W):
    dW = (dy.transpose(1, 2) @ x).sum(0)
    return [torch.einsum("oc,bto->btc", W, dy), dW, dy.sum(1).sum(0)]


@linear_nd.misconception(
    symptom="The gradients of W and b keep an axis of the batch.",
    question="How many copies of W are there, one for each example or one for all?",
    rule="A parameter that every example uses collects from every example.",
)
def batch_not_summed(dy, x, W):
    return dy @ W, dy.transpose(1, 2) @ x, dy.sum(1)


@linear_nd.misconception(
    symptom="The gradient of b keeps the time axis; the other two are right.",
    question="Over which axes was the bias copied?",
    rule="Every leading axis is a batch axis for a layer that works on the last one.",
)
def bias_over_the_batch_only(dy, x, W):
    return dy @ W, torch.einsum("bto,btc->oc", dy, x), dy.sum(0)


@linear_nd.misconception(
    symptom="The gradient of W has its two axes the wrong way round.",
    question="Which axis of W is the output here?",
    rule="A gradient is laid out as its variable is. In this unit weights are stored output first.",
)
def weight_transposed(dy, x, W):
    return dy @ W, torch.einsum("bto,btc->co", dy, x), dy.sum((0, 1))


@linear_nd.misconception(
    symptom="The product for dx is refused because two sizes differ.",
    question="Which axis has to vanish in the product that gives dx?",
    rule="On the way back the axis of the outputs is summed away, and that of the inputs comes out.",
)
def weight_as_in_the_forward_pass(dy, x, W):
    return dy @ W.T, torch.einsum("bto,btc->oc", dy, x), dy.sum((0, 1))


@linear_nd.misconception(
    symptom="The gradients of W and b are too small, by the number of examples.",
    question="Does this layer take an average over the batch?",
    rule="The average of the loss sits in what comes in. A step divides only where its forward pass divides.",
)
def averaged_over_the_batch(dy, x, W):
    return dy @ W, torch.einsum("bto,btc->oc", dy, x) / len(x), dy.sum((0, 1)) / len(x)


@linear_nd.misconception(
    symptom="The gradient of W is wrong in a way that looks like a mixture of all places.",
    question="Does the sum of products equal the product of sums?",
    rule="Each place pairs its own input with its own incoming gradient; only then is summed.",
)
def product_of_sums(dy, x, W):
    return dy @ W, torch.outer(dy.sum((0, 1)), x.sum((0, 1))), dy.sum((0, 1))


@linear_nd.misconception(
    symptom="The gradients of W and b know only the last example.",
    question="What happens to the first example's share when the second one is written?",
    rule="Many uses of one parameter add up. Assigning keeps only the last.",
)
def last_example_only(dy, x, W):
    return dy @ W, dy[-1].T @ x[-1], dy[-1].sum(0)


@linear_nd.misconception(
    symptom="The gradients of W and b are wrong and all shapes fit; dx is right.",
    question="Does a reshape exchange two axes, or does it deal out the same numbers in the same order?",
    rule="A reshape keeps the order of the numbers. To exchange rows and columns, transpose.",
)
def reshaped_for_transposed(dy, x, W):
    columns = dy.reshape(W.shape[0], -1)
    return dy @ W, columns @ x.reshape(-1, W.shape[1]), columns.sum(1)


@linear_nd.misconception(
    symptom="The numbers are right, but the bias's gradient has an axis of size 1 too many.",
    question="How many axes has the bias?",
    rule="A gradient has exactly the shape of its variable.",
)
def bias_keeps_an_axis(dy, x, W):
    return dy @ W, torch.einsum("bto,btc->oc", dy, x), dy.sum((0, 1))[None]


# -- softmax_jacobian -------------------------------------------------------------------------------------


@grades("softmax_jacobian", p=probabilities, one="T", minimum={"T": 3}, examples=6)
def jacobian(p):
    s = p.log().requires_grad_()
    rows = [torch.autograd.grad(s.softmax(0)[i], s)[0] for i in range(len(p))]
    return torch.stack(rows)


@jacobian.property("is symmetric, and that each of its rows sums to zero", examples=2)
def symmetric_with_zero_sums(answer):
    return near_zero(answer - answer.T, scale=1.0) and near_zero(answer.sum(1), scale=1.0)


@jacobian.alternative
def jacobian_entry_by_entry(p):
    T = len(p)
    J = torch.zeros(T, T)
    for i in range(T):
        for j in range(T):
            J[i, j] = p[i] * (float(i == j) - p[j])
    return J


@jacobian.alternative
def jacobian_by_identity(p):
    return p[:, None] * (torch.eye(len(p)).to(p) - p)


@jacobian.alternative
def jacobian_diagonal_last(p):
    J = -torch.outer(p, p)
    J.diagonal().add_(p)
    return J


@jacobian.misconception(
    symptom="Everything off the diagonal is zero.",
    question="If one score grows, do the other probabilities stay?",
    rule="The probabilities of a row share one sum. A change of one score moves them all.",
)
def only_the_diagonal(p):
    return torch.diag(p * (1 - p))


@jacobian.misconception(
    symptom="Only the diagonal is wrong, and the rows don't sum to zero.",
    question="Which of your two cases did you forget: the same index, or two different ones?",
    rule="A score is in the numerator of one probability and in the denominator of all.",
)
def denominator_only(p):
    return -torch.outer(p, p)


@jacobian.misconception(
    symptom="Off the diagonal everything is zero, and the diagonal is the probability itself.",
    question="Does the denominator depend on the scores?",
    rule="The sum in the denominator is not a constant. Differentiate it, too.",
)
def numerator_only(p):
    return torch.diag(p)


@jacobian.misconception(
    symptom="The entries off the diagonal have the wrong sign.",
    question="If one score grows, do the other probabilities grow or shrink?",
    rule="Probabilities compete: what one gains the others lose.",
)
def others_gain_too(p):
    return torch.diag(p - 2 * p**2) + torch.outer(p, p)


@jacobian.misconception(
    symptom="The whole matrix has the wrong sign.",
    question="If a score grows, does its own probability grow or shrink?",
    rule="Check the sign of one entry with a row of two before you write the matrix.",
)
def jacobian_sign(p):
    return torch.outer(p, p) - torch.diag(p)


@jacobian.misconception(
    symptom="The numbers look right, but they come out as float32 where the input is float64.",
    question="Where does your code decide on a dtype, and who should decide instead?",
    rule="A result has the dtype of the inputs. Take it from them; don't write one down.",
)
def always_float32(p):
    J = torch.zeros(len(p), len(p), dtype=torch.float32)
    J[:] = torch.diag(p) - torch.outer(p, p)
    return J


@jacobian.misconception(
    symptom="Your matrix is not symmetric.",
    question="Which probability stands in front in each of your rows, and which inside?",
    rule="The influence of j on i is as large as that of i on j. Test your formula by swapping the indices.",
)
def not_symmetric(p):
    return torch.eye(len(p)).to(p) * p - p


# -- softmax_backward -------------------------------------------------------------------------------------


@backward_of(
    "softmax_backward",
    wrt="s",
    upstream="dp",
    minimum={"B": 1, "S": 3},
    cache=lambda s: {"p": masked_softmax(s)},
    examples=8,
)
def softmax(s: Float[Tensor, "B T S"]):
    return masked_softmax(s)


@softmax.property("has rows that sum to zero", examples=2)
def rows_sum_to_zero(answer, dp):
    return near_zero(answer.sum(-1), scale=float(dp.abs().max()))


@softmax.property("is the same whether queries stand in one example or in one each", examples=2)
def query_by_query(student, dp, p):
    alone = [t.flatten(0, 1).unsqueeze(1) for t in (dp, p)]  # (B * T, 1, S)
    return close(student(*alone).flatten(0, 1), student(dp, p).flatten(0, 1), scale=float(dp.abs().max()))


@softmax.alternative
def softmax_by_jacobians(dp, p):
    J = torch.diag_embed(p) - p[..., :, None] * p[..., None, :]
    return (J @ dp[..., None]).squeeze(-1)


@softmax.alternative
def softmax_with_the_common_part_last(dp, p):
    weighted = p * dp
    return weighted - p * weighted.sum(2)[..., None]


@softmax.alternative
def softmax_by_einsum(dp, p):
    return p * dp - torch.einsum("bts,btj,btj->bts", p, p, dp)


@softmax.alternative
def softmax_row_by_row(dp, p):
    ds = torch.empty_like(p)
    for b in range(p.shape[0]):
        for t in range(p.shape[1]):
            row = p[b, t]
            ds[b, t] = row * (dp[b, t] - torch.dot(row, dp[b, t]))
    return ds


@softmax.misconception(
    symptom="Your rows don't sum to zero, and each number depends on its own probability only.",
    question="Where in your answer does a score touch the other probabilities of its row?",
    rule="A softmax is no elementwise function. Its diagonal is only a part of it.",
)
def diagonal_only(dp, p):
    return p * (1 - p) * dp


@softmax.misconception(
    symptom="Your rows don't sum to zero: something that belongs to the whole row is missing.",
    question="What happens to the probabilities if all scores of a row grow alike?",
    rule="The denominator is a second path to every score of the row.",
)
def not_centred(dp, p):
    return p * dp


@softmax.misconception(
    symptom="You take off a mean, but your rows still don't sum to zero.",
    question="Do all keys of a row have the same say in the denominator?",
    rule="In a softmax every sum over a row is weighted.",
)
def centred_by_the_plain_mean(dp, p):
    return p * (dp - dp.mean(-1, keepdim=True))


@softmax.misconception(
    symptom="Your columns sum to something round, your rows don't, and one query changes the others.",
    question="Which axis sums to one in p: that of the queries or that of the keys?",
    rule="The backward pass sums over the axis that the softmax normalised.",
)
def summed_over_the_queries(dp, p):
    return p * (dp - (p * dp).sum(-2, keepdim=True))


@softmax.misconception(
    symptom="You take off the sum of what came in without any weights.",
    question="With what is each incoming number multiplied before it reaches the denominator?",
    rule="Write the contraction of the Jacobian with the incoming gradient in indices, and read off the sum.",
)
def summed_without_weights(dp, p):
    return p * (dp - dp.sum(-1, keepdim=True))


@softmax.misconception(
    symptom="Your rows don't sum to zero: only one of the two terms carries the probability in front.",
    question="Does your bracket close where you think?",
    rule="A common factor belongs to both terms, or both terms write their own.",
)
def probability_outside_the_bracket(dp, p):
    return p * dp - (p * dp).sum(-1, keepdim=True)


@softmax.misconception(
    symptom="The sign of the common part of each row is wrong.",
    question="Does the denominator make a probability larger or smaller?",
    rule="Dividing by a growing sum shrinks. The second path works against the first.",
)
def common_part_added(dp, p):
    return p * (dp + (p * dp).sum(-1, keepdim=True))


@softmax.misconception(
    symptom="The whole batch shares one correction, where each row should have its own.",
    question="How many denominators are there?",
    rule="Each query has its own softmax. Rows never meet.",
)
def all_rows_pooled(dp, p):
    return p * (dp - (p * dp).sum())


@softmax.misconception(
    symptom="The numbers are right, but the gradient that you were given is changed afterwards.",
    question="Which of your lines writes into a tensor that belongs to the caller?",
    rule="An operator with an equals sign works in place. Work in place only on what is yours.",
)
def upstream_centred_in_place(dp, p):
    dp -= (p * dp).sum(-1, keepdim=True)
    return p * dp


# -- attention_scores_backward ----------------------------------------------------------------------------


@backward_of(
    "attention_scores_backward",
    wrt=("q", "k"),
    upstream="dscores",
    parts={"dq": (0,), "dk": (1,)},
    allowed=mask,
    one="T hs",
    minimum={"B": 1, "T": 3},
    largest={"B": 3, "T": 4, "hs": 4},
    every=True,  # so that both kinds of masks come
    examples=4,
)
def scores(q, k, allowed):
    # A large number for infinity: small steps of it can still be compared.
    return (q.shape[-1] ** -0.5 * q @ k.transpose(1, 2)).masked_fill(~allowed, -1e9)


@scores.alternative
def scores_by_einsum(dscores, q, k, allowed):
    d = dscores.masked_fill(~allowed, 0.0) / math.sqrt(q.size(2))
    return torch.einsum("bij,bjh->bih", d, k), torch.einsum("bij,bih->bjh", d, q)


@scores.alternative
def scores_with_scaled_factors(dscores, q, k, allowed):
    hs = q.shape[-1]
    d = torch.where(allowed, dscores, torch.zeros_like(dscores))
    return d @ (k / hs**0.5), (q.mT / hs**0.5 @ d).mT


@scores.alternative
def scores_pair_by_pair(dscores, q, k, allowed):
    dq, dk = torch.zeros_like(q), torch.zeros_like(k)
    B, T, hs = q.shape
    for b in range(B):
        for i in range(T):
            for j in range(T):
                if allowed[i, j]:
                    dq[b, i] += dscores[b, i, j] * k[b, j] / hs**0.5
                    dk[b, j] += dscores[b, i, j] * q[b, i] / hs**0.5
    return dq, dk


@scores.misconception(
    symptom="The gradient of the queries is right, that of the keys is wrong, and all shapes fit.",
    question="Over which index of the table does the gradient of one key sum?",
    rule="In a square table the shape says nothing. The index that survives tells which side is transposed.",
)
def keys_not_transposed(dscores, q, k, allowed):
    d = q.shape[-1] ** -0.5 * dscores * allowed
    return d @ k, d @ q


@scores.misconception(
    symptom="The gradient of the keys is right, that of the queries is wrong, and all shapes fit.",
    question="Over which index of the table does the gradient of one query sum?",
    rule="In a square table the shape says nothing. The index that survives tells which side is transposed.",
)
def queries_transposed(dscores, q, k, allowed):
    d = q.shape[-1] ** -0.5 * dscores * allowed
    return d.transpose(1, 2) @ k, d.transpose(1, 2) @ q


@scores.misconception(
    symptom="Both gradients are too large by one and the same factor.",
    question="Which constant stood in front of the product in the forward pass?",
    rule="A constant factor comes back with the gradient, to both sides of the product.",
)
def no_scale(dscores, q, k, allowed):
    d = dscores * allowed
    return d @ k, d.transpose(1, 2) @ q


@scores.misconception(
    symptom="The gradient of the keys is too large by a constant factor; that of the queries is right.",
    question="Does the constant belong to the queries, or to the product?",
    rule="A factor of a product of two reaches the gradients of both.",
)
def no_scale_for_the_keys(dscores, q, k, allowed):
    d = dscores * allowed
    return q.shape[-1] ** -0.5 * d @ k, d.transpose(1, 2) @ q


@scores.misconception(
    symptom="The gradient of the queries is too large by a constant factor; that of the keys is right.",
    question="Does the constant belong to the keys, or to the product?",
    rule="A factor of a product of two reaches the gradients of both.",
)
def no_scale_for_the_queries(dscores, q, k, allowed):
    d = dscores * allowed
    return d @ k, q.shape[-1] ** -0.5 * d.transpose(1, 2) @ q


@scores.misconception(
    symptom="Both gradients are off by a constant factor that changes with the number of positions.",
    question="Of which axis did you take the length for the scale?",
    rule="The scale comes from the number of terms in each dot product.",
)
def scale_from_the_positions(dscores, q, k, allowed):
    d = q.shape[1] ** -0.5 * dscores * allowed
    return d @ k, d.transpose(1, 2) @ q


@scores.misconception(
    symptom="Both gradients are too small by a constant factor.",
    question="How often did the forward pass scale, and how often do you?",
    rule="What was multiplied once comes back once. A square root is easily taken twice or not at all.",
)
def scaled_twice(dscores, q, k, allowed):
    d = dscores * allowed / q.shape[-1]
    return d @ k, d.transpose(1, 2) @ q


@scores.misconception(
    symptom="Positions that may not be read still send a gradient.",
    question="What became of the score at a masked place, and does it still depend on q and k?",
    rule="Where a value was overwritten, the way back ends.",
)
def mask_forgotten(dscores, q, k, allowed):
    d = q.shape[-1] ** -0.5 * dscores
    return d @ k, d.transpose(1, 2) @ q


@scores.misconception(
    symptom="Only the positions that may not be read send a gradient.",
    question="Does True in this mask mean allowed or hidden?",
    rule="Try a mask on the smallest triangle before you trust its sense.",
)
def mask_the_wrong_way_round(dscores, q, k, allowed):
    d = q.shape[-1] ** -0.5 * dscores * ~allowed
    return d @ k, d.transpose(1, 2) @ q


@scores.misconception(
    symptom="The mask is turned over: each position hears of those that it may not read.",
    question="Which axis of the mask counts the queries?",
    rule="A square mask fits both ways. Compare its corners with those of the table.",
)
def mask_transposed(dscores, q, k, allowed):
    d = q.shape[-1] ** -0.5 * dscores * allowed.T
    return d @ k, d.transpose(1, 2) @ q


@scores.misconception(
    symptom="With the causal mask all is right, with other masks the wrong places send a gradient.",
    question="Is every mask a triangle, and where in your code is the one that you were given?",
    rule="A mask that comes as an argument is the one to use. Don't make another one of your own.",
)
def always_causal(dscores, q, k, allowed):
    d = q.shape[-1] ** -0.5 * dscores.tril()
    return d @ k, d.transpose(1, 2) @ q


@scores.misconception(
    symptom="The gradient of the queries is right; in that of the keys hidden places have a part.",
    question="Does the mask belong to the queries, or to the table?",
    rule="Go back through the mask first. What is left of the table then goes to both sides.",
)
def mask_for_the_queries_only(dscores, q, k, allowed):
    d = q.shape[-1] ** -0.5 * dscores
    return (d * allowed) @ k, d.transpose(1, 2) @ q


@scores.misconception(
    symptom="Your answer is NaN or infinite wherever the mask hides something.",
    question="With what did you fill the hidden places of the gradient?",
    rule="Minus infinity is for scores, so that their softmax vanishes. A gradient vanishes otherwise.",
)
def mask_filled_with_infinity(dscores, q, k, allowed):
    d = q.shape[-1] ** -0.5 * dscores.masked_fill(~allowed, -math.inf)
    return d @ k, d.transpose(1, 2) @ q


@scores.misconception(
    symptom="The two gradients stand in each other's place.",
    question="Which of the two does the text name first?",
    rule="Parts of the same shape change places without a word. Name them before you return them.",
)
def queries_and_keys_swapped(dscores, q, k, allowed):
    d = q.shape[-1] ** -0.5 * dscores * allowed
    return d.transpose(1, 2) @ q, d @ k


# -- attention_aggregate_backward -------------------------------------------------------------------------


@backward_of(
    "attention_aggregate_backward",
    wrt=("p", "v"),
    upstream="dout",
    parts={"dp": (0,), "dv": (1,)},
    p=causal_rows,
    keep=kept,
    rate=one_of(0.2, 0.25, 0.4, 0.75),
    one="T",
    minimum={"B": 1, "T": 3},
    largest={"B": 3},
    examples=8,
)
def aggregate(p, v, keep, rate):
    return (p * keep / (1 - rate)) @ v


@aggregate.property("is plain attention's where nothing is dropped", examples=2)
def nothing_dropped(student, dout, p, v):
    dp, dv = student(dout, p, v, torch.ones(p.shape, dtype=torch.bool), 0.0)
    gap = (dp - dout @ v.mT).abs().max() + (dv - p.mT @ dout).abs().max()
    return near_zero(gap, scale=float(dout.abs().max() * (1 + v.abs().max())) * v.shape[-1])


@aggregate.alternative
def aggregate_by_einsum(dout, p, v, keep, rate):
    factor = keep.to(p) / (1 - rate)
    dp = torch.einsum("bih,bjh,bij->bij", dout, v, factor)
    return dp, torch.einsum("bij,bij,bih->bjh", p, factor, dout)


@aggregate.alternative
def aggregate_with_where(dout, p, v, keep, rate):
    scaled = dout / (1 - rate)
    zero = torch.zeros_like(p)
    return torch.where(keep, scaled @ v.mT, zero), torch.where(keep, p, zero).mT @ scaled


@aggregate.alternative
def aggregate_pair_by_pair(dout, p, v, keep, rate):
    dp, dv = torch.zeros_like(p), torch.zeros_like(v)
    B, T, _ = v.shape
    for b in range(B):
        for i in range(T):
            for j in range(T):
                if keep[b, i, j]:
                    dp[b, i, j] = torch.dot(dout[b, i], v[b, j]) / (1 - rate)
                    dv[b, j] += p[b, i, j] / (1 - rate) * dout[b, i]
    return dp, dv


@aggregate.misconception(
    symptom="The gradient of the values is wrong, all shapes fit, and the future sends something back.",
    question="Who read the value at one position: those before it, or those after it?",
    rule="Going back turns every arrow round: the table is read the other way.",
)
def values_not_transposed(dout, p, v, keep, rate):
    a = p * keep / (1 - rate)
    return dout @ v.transpose(1, 2) * keep / (1 - rate), a @ dout


@aggregate.misconception(
    symptom="The gradient of the probabilities is turned over: rows and columns have changed places.",
    question="Which index of the table comes from the output, and which from the value?",
    rule="In a square table the shape says nothing. Write the two indices above your product.",
)
def probabilities_transposed(dout, p, v, keep, rate):
    a = p * keep / (1 - rate)
    return v @ dout.transpose(1, 2) * keep / (1 - rate), a.transpose(1, 2) @ dout


@aggregate.misconception(
    symptom="Numbers that were dropped still get a gradient in dp; dv is right.",
    question="Did the dropped probabilities have a part in the output?",
    rule="Dropout is a product with a constant table. The same table multiplies the gradient.",
)
def mask_forgotten_in_dp(dout, p, v, keep, rate):
    a = p * keep / (1 - rate)
    return dout @ v.transpose(1, 2) / (1 - rate), a.transpose(1, 2) @ dout


@aggregate.misconception(
    symptom="dp has the right pattern and is off by a constant factor; dv is right.",
    question="By what was each kept number multiplied in the forward pass?",
    rule="The scale of dropout is part of the same product as its mask, forwards and backwards.",
)
def scale_forgotten_in_dp(dout, p, v, keep, rate):
    a = p * keep / (1 - rate)
    return dout @ v.transpose(1, 2) * keep, a.transpose(1, 2) @ dout


@aggregate.misconception(
    symptom="dp is right; dv belongs to a forward pass in which nothing was dropped.",
    question="Which table multiplied the values: the one before dropout or the one behind it?",
    rule="A product's gradient uses the other factor as it was at that product.",
)
def values_without_dropout(dout, p, v, keep, rate):
    return dout @ v.transpose(1, 2) * keep / (1 - rate), p.transpose(1, 2) @ dout


@aggregate.misconception(
    symptom="Both gradients belong to a forward pass without any dropout.",
    question="Where in your code are the mask and the rate?",
    rule="The backward pass repeats every constant that the forward pass multiplied by.",
)
def no_dropout_at_all(dout, p, v, keep, rate):
    return dout @ v.transpose(1, 2), p.transpose(1, 2) @ dout


@aggregate.misconception(
    symptom="Both gradients have the right pattern and are off by a constant factor.",
    question="Is the rate the share that stays or the share that goes?",
    rule="Dropout divides by the share that is kept, so that the sums stay the same on average.",
)
def divided_by_the_rate(dout, p, v, keep, rate):
    factor = keep / rate
    return dout @ v.transpose(1, 2) * factor, (p * factor).transpose(1, 2) @ dout


@aggregate.misconception(
    symptom="Both gradients are too small by the square of the share that is kept.",
    question="Did the forward pass multiply or divide by that share?",
    rule="A backward step repeats the factor of the forward step. It does not undo it.",
)
def scale_undone(dout, p, v, keep, rate):
    factor = keep * (1 - rate)
    return dout @ v.transpose(1, 2) * factor, (p * factor).transpose(1, 2) @ dout


@aggregate.misconception(
    symptom="dp is zero at places where the probability is zero; dv is right.",
    question="Would the output change if a probability of zero were made a little larger?",
    rule="The gradient at a place hangs on the other factor. The softmax, one step on, sees to the zeros.",
)
def nothing_where_p_is_zero(dout, p, v, keep, rate):
    a = p * keep / (1 - rate)
    return dout @ v.transpose(1, 2) * keep / (1 - rate) * (p != 0), a.transpose(1, 2) @ dout


@aggregate.misconception(
    symptom="All numbers are right to about seven digits, and no further.",
    question="Which dtype has your mask once it is a table of numbers?",
    rule="A number in float32 keeps seven digits, whatever it meets later. Take the dtype from the inputs.",
)
def mask_in_float32(dout, p, v, keep, rate):
    factor = keep.float() / (1 - rate)
    return dout @ v.transpose(1, 2) * factor, (p * factor).transpose(1, 2) @ dout


@aggregate.misconception(
    symptom="The numbers are right, but the gradient that you were given is changed afterwards.",
    question="Which of your lines writes into a tensor that belongs to the caller?",
    rule="An operator with an equals sign works in place. Work in place only on what is yours.",
)
def upstream_scaled_in_place(dout, p, v, keep, rate):
    dout /= 1 - rate
    return dout @ v.transpose(1, 2) * keep, (p * keep).transpose(1, 2) @ dout


@aggregate.misconception(
    symptom="In both gradients exactly the wrong entries are zero.",
    question="Does True in this mask mean kept or dropped?",
    rule="Name a mask after what is True in it, and read it so.",
)
def mask_turned_over(dout, p, v, keep, rate):
    factor = ~keep / (1 - rate)
    return dout @ v.transpose(1, 2) * factor, (p * factor).transpose(1, 2) @ dout


# -- attention_delta_identity -----------------------------------------------------------------------------


@grades(
    "attention_delta_identity",
    upstream="dout",
    cache=lambda p, v, keep: {"out": (p * keep / 0.75) @ v},
    p=causal_rows,
    keep=kept,
    one="T",
    minimum={"B": 1, "T": 3},
    examples=6,
)
def delta(dout, out, p: Float[Tensor, "B T T"], v: Float[Tensor, "B T hs"], keep: Bool[Tensor, "B T T"]):
    dp = dout @ v.mT * keep / 0.75
    return (p * dp).sum(-1, keepdim=True)


@delta.alternative
def delta_by_einsum(dout, out):
    return torch.einsum("bth,bth->bt", dout, out)[..., None]


@delta.alternative
def delta_by_small_products(dout, out):
    return (dout[:, :, None, :] @ out[:, :, :, None]).squeeze(-1)


@delta.alternative
def delta_by_the_diagonal(dout, out):
    return (dout @ out.transpose(1, 2)).diagonal(dim1=1, dim2=2).unsqueeze(-1).clone()


@delta.misconception(
    symptom="The numbers are right, but the last axis is missing.",
    question="What shape will you need to take this off a table of queries by keys?",
    rule="Keep the axis that you sum over, and the result meets each row of the table.",
)
def axis_not_kept(dout, out):
    return (dout * out).sum(-1)


@delta.misconception(
    symptom="You return one number for each channel, where one for each query is asked for.",
    question="Which index is left when you sum over the keys, and does the sum over channels remain?",
    rule="Put the one sum into the other and see which letters survive.",
)
def one_number_for_each_channel(dout, out):
    return (dout * out).sum(1, keepdim=True)


@delta.misconception(
    symptom="Every number is too small by one and the same factor.",
    question="Is there a mean in the derivation, or a sum?",
    rule="Exchanging two sums makes no divisor.",
)
def mean_over_the_channels(dout, out):
    return (dout * out).mean(-1, keepdim=True)


@delta.misconception(
    symptom="Every number is too small by one and the same factor, a square root.",
    question="Did you pass the scores on this way?",
    rule="The scale belongs to the scores. Probabilities and values know nothing of it.",
)
def scaled_as_the_scores(dout, out):
    return (dout * out).sum(-1, keepdim=True) * out.shape[-1] ** -0.5


@delta.misconception(
    symptom="Your number for a query mixes its channels.",
    question="Does the sum of products equal the product of sums?",
    rule="Multiply entry by entry first, then sum.",
)
def product_of_sums_of_channels(dout, out):
    return dout.sum(-1, keepdim=True) * out.sum(-1, keepdim=True)


@delta.misconception(
    symptom="Your numbers don't depend on the output of the head.",
    question="What becomes of the sum over the values weighted by p?",
    rule="Look for a sum inside your double sum that the forward pass has already made.",
)
def output_forgotten(dout, out):
    return dout.sum(-1, keepdim=True)


@delta.misconception(
    symptom="All examples of the batch have the same number.",
    question="Do the examples of a batch meet in attention?",
    rule="Attention connects positions of one example, never two examples.",
)
def pooled_over_the_batch(dout, out):
    return (dout * out).sum(-1, keepdim=True).sum(0, keepdim=True).expand(len(out), -1, 1).clone()
