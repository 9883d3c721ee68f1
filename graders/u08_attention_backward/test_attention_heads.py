"""What is true of whole attention, backwards: one head, two sequences, many heads, recomputed."""

import math
from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from dojo.grading import Draw, Grader, backward_of, close, grades, near_zero

# -- forward passes and domains that several exercises share ----------------------------------------------


def weights(draw: Draw, shape: tuple[int, ...]) -> Tensor:
    """Weights so small that no softmax saturates: a gradient that has all but vanished hides mistakes."""
    return draw.normal(*shape) * (0.125 if draw.structure.style <= 1 else 0.5)


def head_count(sizes: dict[str, int]) -> int:
    """Two heads or three."""
    return 2 + sizes["hs"] % 2


def mask(draw: Draw, shape: tuple[int, ...]) -> Tensor:
    """Who may read whom: the causal triangle, or any graph in which everybody may read himself."""
    if draw.structure.sizes % 2 == 0:
        return torch.ones(shape).tril() == 1
    graph = draw.uniform(*shape) < 0.5
    graph.fill_diagonal_(True)
    graph[0, -1], graph[-1, 0] = False, True  # so that it differs from its transpose
    return graph


def hidden_scores(q: Tensor, k: Tensor, allowed: Tensor | None = None) -> Tensor:
    """Scaled scores with -inf where a query may not read: by default all later positions."""
    scores = q.shape[-1] ** -0.5 * q @ k.mT
    allowed = torch.ones(scores.shape[-2:]).tril() == 1 if allowed is None else allowed
    return scores.masked_fill(~allowed, -math.inf)


def causal(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Causal attention."""
    return hidden_scores(q, k).softmax(-1) @ v


def cached(x, Wq, Wk, Wv):
    """What the forward pass of a causal head keeps, with an axis of heads where the weights have one."""
    q, k, v = x @ Wq.mT, x @ Wk.mT, x @ Wv.mT
    return {"q": q, "k": k, "v": v, "p": hidden_scores(q, k).softmax(-1)}


def gradients_by_name(forward: Callable[..., Tensor], dout: Tensor, **inputs: Tensor) -> dict[str, Tensor]:
    """Autograd's gradient of each input."""
    leaves = {name: value.detach().clone().requires_grad_() for name, value in inputs.items()}
    total = (forward(**leaves) * dout).sum()
    return dict(zip(leaves, torch.autograd.grad(total, list(leaves.values())), strict=True))


def by_name(*names: str) -> dict[str, tuple[str, ...]]:
    """The order in which the parts of a dict are compared."""
    return {f"grads[{name!r}]": (name,) for name in names}


def softmax_back(p, dp):
    return p * (dp - (p * dp).sum(-1, keepdim=True))


# -- the wrong ideas that every head can have -------------------------------------------------------------

# name: (what stands in the reference, what stands there instead, symptom, question, rule)
WRONG_HEADS = {
    "values_not_transposed": (
        "dv = p.transpose(1, 2) @ dout",
        "dv = p @ dout",
        "What goes back to the values is wrong and all shapes fit; the future sends something to the past's "
        "values.",
        "Who read the value at one position: those before it, or those after it?",
        "Going back turns every arrow round: the table is read the other way.",
    ),
    "keys_not_transposed": (
        "dscores.transpose(1, 2) @ q",
        "dscores @ q",
        "The gradient of Wk is wrong and all shapes fit; those of Wq and Wv are right.",
        "Over which index of the table does the gradient of one key sum?",
        "In a square table the shape says nothing. The index that survives tells which side is transposed.",
    ),
    "queries_transposed": (
        "scale * dscores @ k",
        "scale * dscores.transpose(1, 2) @ k",
        "The gradient of Wq is wrong and all shapes fit; those of Wk and Wv are right.",
        "Over which index of the table does the gradient of one query sum?",
        "In a square table the shape says nothing. The index that survives tells which side is transposed.",
    ),
    "softmax_diagonal_only": (
        "p * (dp - (p * dp).sum(dim=-1, keepdim=True))",
        "p * (1 - p) * dp",
        "Wv is right, Wq and Wk are not: your gradient of the scores has rows that don't sum to zero.",
        "If one score grows, do the other probabilities of its row stay?",
        "A softmax is no elementwise function. Its diagonal is only a part of it.",
    ),
    "softmax_not_centred": (
        "p * (dp - (p * dp).sum(dim=-1, keepdim=True))",
        "p * dp",
        "Wv is right, Wq and Wk are far off: your gradient of the scores has rows that don't sum to zero.",
        "What happens to the probabilities if all scores of a row grow alike?",
        "The denominator of the softmax is a second path to every score of the row.",
    ),
    "softmax_centred_by_the_plain_mean": (
        "(p * dp).sum(dim=-1, keepdim=True)",
        "dp.mean(dim=-1, keepdim=True)",
        "Wv is right, Wq and Wk are off: you take off a mean, but the rows still don't sum to zero.",
        "Do all keys of a row have the same say in the denominator?",
        "In a softmax every sum over a row is weighted.",
    ),
    "softmax_summed_over_the_queries": (
        "(p * dp).sum(dim=-1, keepdim=True)",
        "(p * dp).sum(dim=-2, keepdim=True)",
        "Wv is right, Wq and Wk are off, and a query hears of what came in at later ones.",
        "Which axis sums to one in p: that of the queries or that of the keys?",
        "The backward pass sums over the axis that the softmax normalised.",
    ),
    "no_scale": (
        "scale = q.shape[-1] ** -0.5",
        "scale = 1.0",
        "The gradients of Wq and Wk are too large by one and the same factor; Wv is right.",
        "Which constant stood in front of the scores in the forward pass?",
        "A constant factor comes back with the gradient, to both sides of the product.",
    ),
    "no_scale_for_the_keys": (
        "dk = scale * dscores",
        "dk = dscores",
        "The gradient of Wk is too large by a constant factor; those of Wq and Wv are right.",
        "Does the constant belong to the queries, or to the product?",
        "A factor of a product of two reaches the gradients of both.",
    ),
    "no_scale_for_the_queries": (
        "dq = scale * dscores",
        "dq = dscores",
        "The gradient of Wq is too large by a constant factor; those of Wk and Wv are right.",
        "Does the constant belong to the keys, or to the product?",
        "A factor of a product of two reaches the gradients of both.",
    ),
    "scaled_by_the_width_of_x": (
        "scale = q.shape[-1] ** -0.5",
        "scale = x.shape[-1] ** -0.5",
        "The gradients of Wq and Wk are too small by one and the same factor; Wv is right.",
        "How many terms has each dot product of a query and a key?",
        "The scale belongs to the size of the head. Only where both sizes agree may you mix them up.",
    ),
}


def add_wrong_heads(grader: Grader, without: tuple[str, ...] = ()) -> None:
    """Register the wrong ideas that this exercise shares with the other heads."""
    for name, (old, new, symptom, question, rule) in WRONG_HEADS.items():
        if name not in without:
            grader.misconception_by_edit(name, old, new, symptom=symptom, question=question, rule=rule)


# -- attention_head_backward ------------------------------------------------------------------------------


@grades(
    "attention_head_backward",
    upstream="dout",
    Wq=weights,
    Wk=weights,
    Wv=weights,
    cache=cached,
    minimum={"B": 1},
    parts=by_name("Wv", "Wq", "Wk", "x"),
    examples=12,  # half of the cases have one example only
)
def head(dout, x, Wq, Wk, Wv):
    def forward(x, Wq, Wk, Wv):
        return causal(x @ Wq.T, x @ Wk.T, x @ Wv.T)

    return gradients_by_name(forward, dout, x=x, Wq=Wq, Wk=Wk, Wv=Wv)


@head.property("sends nothing to the positions after the only one whose gradient came in", examples=2)
def nothing_to_the_future(student, dout, x, Wq, Wk, Wv, q, k, v, p):
    only = torch.zeros_like(dout)
    only[:, -2] = dout[:, -2]
    dx = student(only, x, Wq, Wk, Wv, q, k, v, p)["x"]
    return near_zero(dx[:, -1], scale=1e-3 * float(dout.abs().max()))


@head.property("adds up over the examples: twice the same batch gives the weights twice as much", examples=2)
def sum_over_the_batch(student, dout, x, Wq, Wk, Wv, q, k, v, p):
    once = student(dout, x, Wq, Wk, Wv, q, k, v, p)
    dout, x, q, k, v, p = (torch.cat([t, t]) for t in (dout, x, q, k, v, p))
    twice = student(dout, x, Wq, Wk, Wv, q, k, v, p)
    size = float(dout.abs().max() * x.abs().sum())
    return all(close(twice[n], 2 * once[n], scale=size) for n in ("Wq", "Wk", "Wv"))


@head.alternative
def head_by_einsum(dout, x, Wq, Wk, Wv, q, k, v, p):
    root = math.sqrt(q.shape[2])
    delta = torch.einsum("bth,bth->bt", dout, torch.einsum("bij,bjh->bih", p, v))
    ds = p * (torch.einsum("bih,bjh->bij", dout, v) - delta[..., None]) / root
    dq, dk = torch.einsum("bij,bjh->bih", ds, k), torch.einsum("bij,bih->bjh", ds, q)
    dv = torch.einsum("bij,bih->bjh", p, dout)
    grads = {"W" + n: torch.einsum("bth,btc->hc", d, x) for n, d in (("q", dq), ("k", dk), ("v", dv))}
    grads["x"] = sum(torch.einsum("bth,hc->btc", d, W) for d, W in ((dq, Wq), (dk, Wk), (dv, Wv)))
    return grads


@head.alternative
def head_with_the_scale_on_the_queries(dout, x, Wq, Wk, Wv, q, k, v, p):
    c = q.shape[-1] ** -0.5
    ds = softmax_back(p, dout @ v.mT)
    dq, dk, dv = (ds @ k) * c, ds.mT @ (q * c), p.mT @ dout
    dx = torch.cat([dq, dk, dv], -1) @ torch.cat([Wq, Wk, Wv])
    rows = x.reshape(-1, x.shape[-1])
    Ws = [d.reshape(-1, d.shape[-1]).T @ rows for d in (dq, dk, dv)]
    return {"x": dx, "Wq": Ws[0], "Wk": Ws[1], "Wv": Ws[2]}


@head.alternative
def head_example_by_example(dout, x, Wq, Wk, Wv, q, k, v, p):
    grads = {"x": [], "Wq": 0, "Wk": 0, "Wv": 0}
    for g, xb, qb, kb, vb, pb in zip(dout, x, q, k, v, p, strict=True):
        J = torch.diag_embed(pb) - pb[:, :, None] * pb[:, None, :]
        ds = torch.einsum("tij,tj->ti", J, g @ vb.T)
        dq, dk, dv = ds @ kb / qb.shape[1] ** 0.5, ds.T @ qb / qb.shape[1] ** 0.5, pb.T @ g
        grads["x"].append(dq @ Wq + dk @ Wk + dv @ Wv)
        for name, d in (("Wq", dq), ("Wk", dk), ("Wv", dv)):
            grads[name] = grads[name] + d.T @ xb
    return grads | {"x": torch.stack(grads["x"])}


add_wrong_heads(head)
head.misconception_by_edit(
    "x_from_the_values_only",
    old="dq @ Wq + dk @ Wk + dv @ Wv",
    new="dv @ Wv",
    symptom="All three weights are right, and the gradient of x is not.",
    question="How many layers read x?",
    rule="A variable that is used several times gets the sum of what every use sends back.",
)
head.misconception_by_edit(
    "x_without_the_keys",
    old="dq @ Wq + dk @ Wk + dv @ Wv",
    new="dq @ Wq + dv @ Wv",
    symptom="All three weights are right, and the gradient of x is not.",
    question="x has three uses. Do you hear from all of them?",
    rule="Each position is asked, is a candidate, and is read. Count the arrows that leave x.",
)
head.misconception_by_edit(
    "x_without_the_queries",
    old="dq @ Wq + dk @ Wk + dv @ Wv",
    new="dk @ Wk + dv @ Wv",
    symptom="All three weights are right, and the gradient of x is not.",
    question="x has three uses. Do you hear from all of them?",
    rule="Each position also asks its own question. Count the arrows that leave x.",
)
head.misconception_by_edit(
    "queries_and_keys_cross_over",
    old="dq @ Wq + dk @ Wk + dv @ Wv",
    new="dq @ Wk + dk @ Wq + dv @ Wv",
    symptom="All three weights are right, the gradient of x is not, and its size looks plausible.",
    question="Through which weights did x become q?",
    rule="A gradient goes back through the same weights through which the value came.",
)
head.misconception_by_edit(
    "averaged_over_the_batch",
    old='"Wq": torch.einsum("bth,btc->hc", dq, x),\n        "Wk": torch.einsum("bth,btc->hc", dk, x),\n'
    '        "Wv": torch.einsum("bth,btc->hc", dv, x),',
    new='"Wq": torch.einsum("bth,btc->hc", dq, x) / len(x),\n        "Wk": torch.einsum("bth,btc->hc", dk, x)'
    ' / len(x),\n        "Wv": torch.einsum("bth,btc->hc", dv, x) / len(x),',
    symptom="x is right, and all weights are too small by the number of examples.",
    question="Does the head take an average over the batch?",
    rule="The average of the loss sits in what comes in. A step divides only where its forward pass divides.",
)
head.misconception_by_edit(
    "weights_not_summed_over_the_batch",
    old='"Wq": torch.einsum("bth,btc->hc", dq, x),\n        "Wk": torch.einsum("bth,btc->hc", dk, x),\n'
    '        "Wv": torch.einsum("bth,btc->hc", dv, x),',
    new='"Wq": dq.transpose(1, 2) @ x,\n        "Wk": dk.transpose(1, 2) @ x,\n'
    '        "Wv": dv.transpose(1, 2) @ x,',
    symptom="The gradients of the weights have an axis for the batch.",
    question="How many copies of each weight are there, one for each example or one for all?",
    rule="Sum over all leading axes for a parameter.",
)
head.misconception_by_edit(
    "gradient_of_the_scores_in_place",
    old="dp = dout @ v.transpose(1, 2)  # (B, T, T)",
    new="dp = dout @ v.transpose(1, 2)\n    dscores = p.mul_(dp - (p * dp).sum(-1, keepdim=True))",
    symptom="The probabilities that you were given are changed afterwards, and the rest is wrong for it.",
    question="Which operation ends in an underscore, and whose tensor is it?",
    rule="A cache belongs to the forward pass. Read it, and write into new memory.",
)


# -- key_bias_null ----------------------------------------------------------------------------------------
# A transposed table gives the query bias what the key bias gets, so that slip is `query_bias_is_null_too`.


@backward_of(
    "key_bias_null",
    wrt=("bq", "bk", "bv"),
    upstream="dout",
    parts={"dbq": (0,), "dbk": (1,), "dbv": (2,)},
    x=weights,
    bq=weights,
    bk=weights,
    bv=weights,
    cache=lambda x, bq, bk, bv: bias_cache(x, bq, bk, bv),
    minimum={"B": 1},
    may_be_trivial=True,  # one of the three is zero, and zeros are no answer to the other two
    loose=10,  # the zero is a sum of B * T * T products, whose rounding is that of the largest of them
    examples=8,
)
def biases(
    x: Float[Tensor, "B T hs"],
    bq: Float[Tensor, "hs"],
    bk: Float[Tensor, "hs"],
    bv: Float[Tensor, "hs"],
):
    return causal(x + bq, x.flip(2) + bk, x.roll(1, 2) + bv)


def bias_cache(x, bq, bk, bv):
    """Queries, keys and values made of x in some way, and the probabilities that belong to them."""
    q, k, v = x + bq, x.flip(2) + bk, x.roll(1, 2) + bv
    return {"q": q, "k": k, "v": v, "p": hidden_scores(q, k).softmax(-1)}


@biases.alternative
def biases_computed_in_full(dout, q, k, v, p):
    c = q.shape[-1] ** -0.5
    ds = softmax_back(p, dout @ v.mT)
    dq, dk, dv = c * ds @ k, c * ds.mT @ q, p.mT @ dout
    return dq.sum((0, 1)), dk.sum((0, 1)), dv.sum((0, 1))


@biases.alternative
def biases_through_the_sums_of_the_table(dout, q, k, v, p):
    ds = softmax_back(p, dout @ v.mT) / q.shape[-1] ** 0.5
    dbq = torch.einsum("bj,bjh->h", ds.sum(1), k)
    dbk = torch.einsum("bi,bih->h", ds.sum(2), q)
    return dbq, dbk, torch.einsum("bij,bih->h", p, dout)


@biases.alternative
def biases_with_centred_keys(dout, q, k, v, p):
    # A query bias moves each score by what its key is more than the average key of the row.
    dp = dout @ v.mT
    centred = k[:, None] - (p @ k)[:, :, None]
    dbq = torch.einsum("bij,bij,bijh->h", p, dp, centred) / math.sqrt(q.shape[-1])
    return [dbq, q.new_zeros(q.shape[-1]), dout.flatten(0, 1).sum(0)]


biases.misconception_by_edit(
    "query_bias_is_null_too",
    old="dbq = dq.sum(dim=(0, 1))",
    new="dbq = 0 * dq.sum(dim=(0, 1))",
    symptom="You return zeros for the queries, too, and their bias does matter.",
    question="Does a bias of the query add the same number to all scores of a row?",
    rule="A softmax is blind only to what is the same for all keys of one query.",
)
biases.misconception_by_edit(
    "value_bias_is_the_null_one",
    old="dbv = dout.sum(dim=(0, 1))",
    new="dbv = 0 * dout.sum(dim=(0, 1))",
    symptom="You return zeros for the values, and their bias goes straight into the output.",
    question="Put a constant value at every position. What comes out?",
    rule="A weighted average of a constant is that constant.",
)
biases.misconception_by_edit(
    "keys_by_the_uncentred_softmax",
    old="dbk = torch.zeros_like(dbq)",
    new="dbk = (q.shape[-1] ** -0.5 * (p * dp).transpose(1, 2) @ q).sum(dim=(0, 1))",
    symptom="Your gradient of the key bias is not zero.",
    question="Do the rows of your gradient of the scores sum to zero?",
    rule="A constant that every score of a row gets is lost in the softmax. Nothing comes back from it.",
)
biases.misconception_by_edit(
    "keys_not_transposed",
    old="dbk = torch.zeros_like(dbq)",
    new="dbk = (q.shape[-1] ** -0.5 * dscores @ q).sum(dim=(0, 1))",
    symptom="Your gradient of the key bias is not zero.",
    question="Over which index of the table does the gradient of one key sum?",
    rule="In a square table the shape says nothing. Where a gradient must vanish, that is a test of it.",
)
biases.misconception_by_edit(
    "values_not_transposed",
    old="dbv = dout.sum(dim=(0, 1))",
    new="dbv = (p @ dout).sum(dim=(0, 1))",
    symptom="The third gradient is wrong. It hangs on the probabilities, and it should not.",
    question="What do the weights with which one query reads sum to?",
    rule="The bias is at every position, and each query reads it with weights that add up to one.",
)
biases.misconception_by_edit(
    "query_bias_without_scale",
    old="q.shape[-1] ** -0.5 * dscores @ k",
    new="dscores @ k",
    symptom="The first gradient is too large by a constant factor.",
    question="Which constant stood in front of the scores?",
    rule="A constant factor of the forward pass comes back with the gradient.",
)
biases.misconception_by_edit(
    "query_bias_not_centred",
    old="dscores = p * (dp - (p * dp).sum(dim=-1, keepdim=True))",
    new="dscores = p * dp",
    symptom="The first gradient is far off; the other two are right.",
    question="Is the gradient of the scores that of the probabilities, or is there a step between?",
    rule="The denominator of the softmax is a second path to every score of the row.",
)
biases.misconception_by_edit(
    "null_of_the_wrong_shape",
    old="dbk = torch.zeros_like(dbq)",
    new="dbk = torch.zeros_like(k)",
    symptom="The zeros are right, but there are too many of them.",
    question="Which shape has the bias?",
    rule="A gradient has the shape of its variable, also where it is zero.",
)
biases.misconception_by_edit(
    "averaged_over_the_batch",
    old="return dbq, dbk, dbv",
    new="return dbq / len(q), dbk, dbv / len(q)",
    symptom="Both gradients are too small by the number of examples.",
    question="Does the head take an average over the batch?",
    rule="The average of the loss sits in what comes in. A step divides only where its forward pass divides.",
)


# -- cross_attention_backward -----------------------------------------------------------------------------


def cross_cached(x, z, Wq, Wk, Wv):
    """What the forward pass of cross-attention keeps."""
    q, k, v = x @ Wq.T, z @ Wk.T, z @ Wv.T
    return {"q": q, "k": k, "v": v, "p": (q.shape[-1] ** -0.5 * q @ k.mT).softmax(-1)}


@grades(
    "cross_attention_backward",
    upstream="dout",
    Wq=weights,
    Wk=weights,
    Wv=weights,
    cache=cross_cached,
    derived={"hs": lambda s: 2 + s["C"] % 3},
    minimum={"B": 1, "S": 3},
    largest={"B": 4, "T": 4},
    parts=by_name("Wv", "Wq", "Wk", "x", "z"),
    examples=8,
)
def cross(dout, x, z, Wq, Wk, Wv):
    def forward(x, z, Wq, Wk, Wv):
        q, k, v = x @ Wq.T, z @ Wk.T, z @ Wv.T
        return (q.shape[-1] ** -0.5 * q @ k.mT).softmax(-1) @ v

    return gradients_by_name(forward, dout, x=x, z=z, Wq=Wq, Wk=Wk, Wv=Wv)


@cross.alternative
def cross_by_einsum(dout, x, z, Wq, Wk, Wv, q, k, v, p):
    dp = torch.einsum("bth,bsh->bts", dout, v)
    ds = p * (dp - torch.einsum("bts,bts->bt", p, dp)[..., None]) / math.sqrt(q.shape[-1])
    dq, dk = torch.einsum("bts,bsh->bth", ds, k), torch.einsum("bts,bth->bsh", ds, q)
    dv = torch.einsum("bts,bth->bsh", p, dout)
    dz = torch.einsum("bsh,hc->bsc", dk, Wk) + torch.einsum("bsh,hc->bsc", dv, Wv)
    dWk, dWv = torch.einsum("bsh,bsc->hc", dk, z), torch.einsum("bsh,bsc->hc", dv, z)
    return {"Wv": dWv, "Wk": dWk, "Wq": torch.einsum("bth,btc->hc", dq, x), "z": dz, "x": dq @ Wq}


@cross.alternative
def cross_with_delta(dout, x, z, Wq, Wk, Wv, q, k, v, p):
    c, out = q.shape[-1] ** -0.5, p @ v
    ds = p * (dout @ v.mT - (dout * out).sum(-1, keepdim=True))
    dq, dk, dv = c * (ds @ k), c * (ds.mT @ q), p.mT @ dout
    dkv = torch.cat([dk, dv], -1)
    dWk, dWv = (dkv.mT @ z).sum(0).split(len(Wk))
    dz = dkv @ torch.cat([Wk, Wv])
    return {
        "x": dq @ Wq,
        "z": dz,
        "Wq": (dq.mT @ x).sum(0),
        "Wk": dWk.clone(),
        "Wv": dWv.contiguous().clone(),
    }


@cross.alternative
def cross_row_by_row(dout, x, z, Wq, Wk, Wv, q, k, v, p):
    dq, dk, dv = torch.zeros_like(q), torch.zeros_like(k), torch.zeros_like(v)
    for b in range(len(q)):
        for t in range(q.shape[1]):
            row, dp = p[b, t], v[b] @ dout[b, t]
            ds = row * (dp - row.dot(dp)) / q.shape[-1] ** 0.5
            dq[b, t] = ds @ k[b]
            dk[b] += torch.outer(ds, q[b, t])
            dv[b] += torch.outer(row, dout[b, t])
    dWq, dWk, dWv = (torch.einsum("bth,btc->hc", d, i) for d, i in ((dq, x), (dk, z), (dv, z)))
    return {"x": dq @ Wq, "z": dk @ Wk + dv @ Wv, "Wq": dWq, "Wk": dWk, "Wv": dWv}


# Of two sequences of different lengths the table is not square, so that most transposes raise an error.
add_wrong_heads(cross, without=("queries_transposed", "keys_not_transposed"))
cross.misconception_by_edit(
    "source_from_the_values_only",
    old="dk @ Wk + dv @ Wv",
    new="dv @ Wv",
    symptom="All weights and x are right, and the gradient of z is not.",
    question="How many layers read z?",
    rule="A variable that is used several times gets the sum of what every use sends back.",
)
cross.misconception_by_edit(
    "source_from_the_keys_only",
    old="dk @ Wk + dv @ Wv",
    new="dk @ Wk",
    symptom="All weights and x are right, and the gradient of z is not.",
    question="How many layers read z?",
    rule="The source is searched and it is read. Both ways lead back.",
)
cross.misconception_by_edit(
    "keys_and_values_cross_over",
    old="dk @ Wk + dv @ Wv",
    new="dk @ Wv + dv @ Wk",
    symptom="All weights and x are right, the gradient of z is not, and its size looks plausible.",
    question="Through which weights did z become k?",
    rule="A gradient goes back through the same weights through which the value came.",
)
cross.misconception_by_edit(
    "self_attention_again",
    old='"bsh,bsc->hc", dk, z)',
    new='"bsh,bsc->hc", dk, x)',
    symptom="Two sizes differ, in the gradient of Wk.",
    question="From which sequence were the keys made?",
    rule="The gradient of a weight pairs what comes in with what the layer read.",
)
cross.misconception_by_edit(
    "everything_goes_to_x",
    old='"x": dq @ Wq,  # x is read once,\n        "z": dk @ Wk + dv @ Wv,',
    new='"x": dq @ Wq + dk @ Wk + dv @ Wv,\n        "z": torch.zeros_like(z),',
    symptom="Two sizes differ where you add up the gradient of x.",
    question="Which of the three layers read x here?",
    rule="Copying the code of one head is a start. Then ask for each line which sequence it belongs to.",
)
cross.misconception_by_edit(
    "a_causal_mask_remained",
    old="dp = dout @ v.transpose(1, 2)",
    new="dp = (dout @ v.transpose(1, 2)).tril()",
    symptom="Late positions of the source send back too little to queries that are early.",
    question="Is there an order between the two sequences?",
    rule="Causality belongs to a sequence that is being written. A source is known as a whole.",
)


# -- multi_head_list_backward -----------------------------------------------------------------------------


@grades(
    "multi_head_list_backward",
    upstream="dconcat",
    Wq=weights,
    Wk=weights,
    Wv=weights,
    cache=lambda x, Wq, Wk, Wv: cached(x, *(W[:, None] for W in (Wq, Wk, Wv))),
    derived={"nh": head_count, "C": lambda s: head_count(s) * s["hs"]},
    one="T",
    minimum={"B": 1, "T": 3},
    largest={"B": 4, "T": 5, "hs": 4},
    parts=by_name("Wv", "Wq", "Wk", "x"),
    examples=6,
)
def heads(dconcat, x, Wq, Wk, Wv):
    def forward(x, Wq, Wk, Wv):
        return torch.cat([causal(x @ a.T, x @ b.T, x @ c.T) for a, b, c in zip(Wq, Wk, Wv, strict=True)], -1)

    return gradients_by_name(forward, dconcat, x=x, Wq=Wq, Wk=Wk, Wv=Wv)


@heads.alternative
def heads_all_at_once(dconcat, x, Wq, Wk, Wv, q, k, v, p):
    nh, hs = q.shape[0], q.shape[-1]
    dout = dconcat.unflatten(-1, (nh, hs)).permute(2, 0, 1, 3)
    ds = softmax_back(p, dout @ v.mT) / hs**0.5
    dq, dk, dv = ds @ k, ds.mT @ q, p.mT @ dout
    dx = sum(torch.einsum("nbth,nhc->btc", d, W) for d, W in ((dq, Wq), (dk, Wk), (dv, Wv)))
    dWq, dWk, dWv = (torch.einsum("nbth,btc->nhc", d, x) for d in (dq, dk, dv))
    return {"x": dx, "Wq": dWq, "Wk": dWk, "Wv": dWv}


@heads.alternative
def heads_split_and_stacked(dconcat, x, Wq, Wk, Wv, q, k, v, p):
    rows = {"x": [], "Wq": [], "Wk": [], "Wv": []}
    flat = x.reshape(-1, x.shape[-1])
    for h, dout in enumerate(dconcat.split(q.shape[-1], dim=-1)):
        ds = softmax_back(p[h], dout @ v[h].mT) * q.shape[-1] ** -0.5
        back = {"Wq": ds @ k[h], "Wk": ds.mT @ q[h], "Wv": p[h].mT @ dout}
        rows["x"].append(back["Wq"] @ Wq[h] + back["Wk"] @ Wk[h] + back["Wv"] @ Wv[h])
        for name, d in back.items():
            rows[name].append(d.flatten(0, 1).T @ flat)
    return {name: sum(parts) if name == "x" else torch.stack(parts) for name, parts in rows.items()}


@heads.alternative
def heads_with_padded_upstream(dconcat, x, Wq, Wk, Wv, q, k, v, p):
    dx, dW = torch.zeros_like(x), [torch.zeros_like(W) for W in (Wq, Wk, Wv)]
    for h, dout in enumerate(dconcat.chunk(len(q), -1)):
        delta = (dout * (p[h] @ v[h])).sum(-1, keepdim=True)
        ds = p[h] * (dout @ v[h].mT - delta) / math.sqrt(q.shape[-1])
        for W, grad, d in zip((Wq, Wk, Wv), dW, (ds @ k[h], ds.mT @ q[h], p[h].mT @ dout), strict=True):
            dx = dx + d @ W[h]
            grad[h] += (d.mT @ x).sum(0)
    return dict(zip(("x", "Wq", "Wk", "Wv"), (dx, *dW), strict=True))


heads.misconception_by_edit(
    "x_from_the_last_head_only",
    old='grads["x"] += dq',
    new='grads["x"] = dq',
    symptom="All weights are right, and the gradient of x is that of one head.",
    question="What happens to the first head's share when the second one is written?",
    rule="Every head reads x, so that every head adds to its gradient.",
)
heads.misconception_by_edit(
    "x_averaged_over_the_heads",
    old="return grads",
    new='grads["x"] /= heads\n    return grads',
    symptom="All weights are right, and the gradient of x is too small by the number of heads.",
    question="Does the forward pass take an average of the heads?",
    rule="Several uses add up. They are not averaged.",
)
heads.misconception_by_edit(
    "x_from_the_values_only",
    old="dq @ Wq[h] + dk @ Wk[h] + dv @ Wv[h]",
    new="dv @ Wv[h]",
    symptom="All weights are right, and the gradient of x is not.",
    question="How many layers of one head read x?",
    rule="A variable that is used several times gets the sum of what every use sends back.",
)
heads.misconception_by_edit(
    "channels_dealt_out_in_turn",
    old="dconcat[..., h * hs : (h + 1) * hs]",
    new="dconcat[..., h::heads]",
    symptom="Every gradient is wrong, and with one head all would be right.",
    question="Do the channels of one head lie side by side in concat, or does every other one belong to it?",
    rule="Putting side by side keeps each piece in one piece. Cut where it was joined.",
)
heads.misconception_by_edit(
    "every_head_gets_the_first_slice",
    old="dconcat[..., h * hs : (h + 1) * hs]",
    new="dconcat[..., :hs]",
    symptom="The first head is right, and all others are wrong.",
    question="Which channels of concat did the second head write?",
    rule="Concat is a router: each channel came from one head, and its gradient goes to that one.",
)
heads.misconception_by_edit(
    "heads_in_reverse_order",
    old="dconcat[..., h * hs : (h + 1) * hs]",
    new="dconcat.flip(-1)[..., h * hs : (h + 1) * hs].flip(-1)",
    symptom="The gradients of the heads have changed places, the first with the last.",
    question="In which order were the heads put side by side?",
    rule="A backward pass may run through the heads in any order, but each keeps its own channels.",
)
heads.misconception_by_edit(
    "scaled_by_the_width_of_x",
    old="heads, hs = len(q), q.shape[-1]",
    new="heads, hs = len(q), q.shape[-1]\n    k, q = [(hs / x.shape[-1]) ** 0.5 * one for one in (k, q)]",
    symptom="The gradients of Wq and Wk are too small by one and the same factor; Wv is right.",
    question="How many terms has each dot product of a query and a key?",
    rule="The scale belongs to the size of one head, not to all of them together.",
)
heads.misconception_by_edit(
    "sum_kept_in_float32",
    old='"x": torch.zeros_like(x)}',
    new='"x": torch.zeros(x.shape, dtype=torch.float32)}',
    symptom="The gradient of x comes out as float32 where the inputs are float64.",
    question="Where does the tensor that you add to get its dtype from?",
    rule="What you sum into decides the precision. Make it like the inputs.",
)
heads.misconception_by_edit(
    "values_not_transposed",
    old="p[h].transpose(1, 2) @ dout",
    new="p[h] @ dout",
    symptom="What goes back to the values is wrong and all shapes fit.",
    question="Who read the value at one position: those before it, or those after it?",
    rule="Going back turns every arrow round: the table is read the other way.",
)
heads.misconception_by_edit(
    "keys_not_transposed",
    old="dscores.transpose(1, 2) @ q[h]",
    new="dscores @ q[h]",
    symptom="The gradient of Wk is wrong and all shapes fit; those of Wq and Wv are right.",
    question="Over which index of the table does the gradient of one key sum?",
    rule="In a square table the shape says nothing. The index that survives tells which side is transposed.",
)
heads.misconception_by_edit(
    "softmax_not_centred",
    old="p[h] * (dp - (p[h] * dp).sum(dim=-1, keepdim=True))",
    new="p[h] * dp",
    symptom="Wv is right, Wq and Wk are far off.",
    question="Do the rows of your gradient of the scores sum to zero?",
    rule="The denominator of the softmax is a second path to every score of the row.",
)


# -- multi_head_batched_backward --------------------------------------------------------------------------


def wide_forward(x, Wqkv, bqkv, nh):
    """Queries, keys and values of (B, nh, T, hs), cut from one projection, and the heads side by side."""
    B, T, C = x.shape
    parts = (x @ Wqkv.T + bqkv).split(C, dim=-1)
    q, k, v = (part.reshape(B, T, nh, C // nh).transpose(1, 2) for part in parts)
    return q, k, v, causal(q, k, v).transpose(1, 2).reshape(B, T, C)


def wide_cached(x, Wqkv, bqkv, nh):
    """What the forward pass of multi-head attention keeps."""
    q, k, v, concat = wide_forward(x, Wqkv, bqkv, nh)
    return {"q": q, "k": k, "v": v, "p": hidden_scores(q, k).softmax(-1), "concat": concat}


@grades(
    "multi_head_batched_backward",
    upstream="dout",
    Wqkv=weights,
    Wo=weights,
    nh=lambda draw, shape: draw.sizes["nh"],
    cache=wide_cached,
    derived={
        "nh": head_count,
        "C": lambda s: head_count(s) * s["hs"],
        "C3": lambda s: 3 * head_count(s) * s["hs"],
    },
    one="T",
    minimum={"B": 1, "T": 3},
    largest={"B": 3, "T": 5, "hs": 4},
    parts=by_name("Wo", "bo", "Wqkv", "bqkv", "x"),
    examples=6,
)
def wide(dout, x, Wqkv, Wo, nh, bqkv: Float[Tensor, "C3"], bo: Float[Tensor, "C"]):
    def forward(x, Wqkv, bqkv, Wo, bo):
        return wide_forward(x, Wqkv, bqkv, nh)[3] @ Wo.T + bo

    return gradients_by_name(forward, dout, x=x, Wqkv=Wqkv, bqkv=bqkv, Wo=Wo, bo=bo)


@wide.alternative
def wide_by_einsum(dout, x, Wqkv, q, k, v, p, concat, Wo):
    nh, hs = q.shape[1], q.shape[3]
    dheads = torch.einsum("btc,cnh->bnth", dout, Wo.reshape(len(Wo), nh, hs))
    ds = softmax_back(p, torch.einsum("bnih,bnjh->bnij", dheads, v)) / math.sqrt(hs)
    dq, dk = torch.einsum("bnij,bnjh->bnih", ds, k), torch.einsum("bnij,bnih->bnjh", ds, q)
    d = torch.stack([dq, dk, torch.einsum("bnij,bnih->bnjh", p, dheads)])  # (3, B, nh, T, hs)
    grads = {"Wqkv": torch.einsum("sbnth,btc->snhc", d, x).reshape(Wqkv.shape)}
    grads["x"] = torch.einsum("sbnth,snhc->btc", d, Wqkv.reshape(3, nh, hs, -1))
    grads["bqkv"] = d.sum((1, 3)).reshape(-1)
    return grads | {"Wo": torch.einsum("bto,btc->oc", dout, concat), "bo": dout.sum((0, 1))}


@wide.alternative
def wide_head_by_head(dout, x, Wqkv, q, k, v, p, concat, Wo):
    C, hs = x.shape[-1], q.shape[-1]
    dqkv = torch.zeros_like(x @ Wqkv.T)
    dconcat = torch.einsum("bto,oc->btc", dout, Wo)
    for h in range(q.shape[1]):
        here = slice(h * hs, (h + 1) * hs)
        ds = softmax_back(p[:, h], dconcat[..., here] @ v[:, h].mT) * hs**-0.5
        dqkv[..., :C][..., here] = ds @ k[:, h]
        dqkv[..., C : 2 * C][..., here] = ds.mT @ q[:, h]
        dqkv[..., 2 * C :][..., here] = p[:, h].mT @ dconcat[..., here]
    rows, flat = dqkv.flatten(0, 1), dout.flatten(0, 1)
    grads = {"x": dqkv @ Wqkv, "Wqkv": rows.T @ x.flatten(0, 1), "bqkv": rows.sum(0)}
    return grads | {"Wo": flat.T @ concat.flatten(0, 1), "bo": flat.sum(0)}


@wide.alternative
def wide_with_known_biases(dout, x, Wqkv, q, k, v, p, concat, Wo):
    # The keys' bias gets nothing, and that of the values what comes to the heads.
    dconcat = dout @ Wo
    dheads = dconcat.unflatten(2, q.shape[1::2]).permute(0, 2, 1, 3)
    ds = p * (dheads @ v.mT - (dheads * (p @ v)).sum(-1, keepdim=True)) * q.shape[3] ** -0.5
    dq, dk, dv = (d.permute(0, 2, 1, 3).flatten(2) for d in (ds @ k, ds.mT @ q, p.mT @ dheads))
    Wq, Wk, Wv = Wqkv.chunk(3)
    dWqkv = torch.cat([torch.einsum("bto,btc->oc", d, x) for d in (dq, dk, dv)])
    bqkv = torch.cat([dq.sum((0, 1)), torch.zeros_like(x[0, 0]), dconcat.sum((0, 1))])
    dx = dq @ Wq + dk @ Wk + dv @ Wv
    return {"x": dx, "Wqkv": dWqkv, "bqkv": bqkv, "Wo": (dout.mT @ concat).sum(0), "bo": dout.sum((0, 1))}


wide.misconception_by_edit(
    "heads_cut_without_a_swap",
    old="dconcat.view(B, T, nh, hs).transpose(1, 2)",
    new="dconcat.reshape(B, nh, T, hs)",
    symptom="Wo and bo are right, all else is wrong, and with one head all would be right.",
    question="Which axes does a view split or join, and which does it leave in their order?",
    rule="Cut the channels into heads first. Then move the axis of the heads past that of time.",
)
wide.misconception_by_edit(
    "heads_joined_without_a_swap",
    old="d.transpose(1, 2).reshape(B, T, C)",
    new="d.reshape(B, T, C)",
    symptom="Wo and bo are right, all else is wrong, and with one head all would be right.",
    question="In which order do the axes stand before you join the heads again?",
    rule="A reshape joins neighbours. What is to be joined must stand side by side first.",
)
wide.misconception_by_edit(
    "keys_first",
    old="in (dq, dk, dv)]",
    new="in (dk, dq, dv)]",
    symptom="Wo and bo are right; in Wqkv the first two thirds have changed places.",
    question="In which order does the forward pass cut the wide projection?",
    rule="What is cut in one order is joined in the same order.",
)
wide.misconception_by_edit(
    "three_parts_for_each_head",
    old="torch.cat([d.transpose(1, 2).reshape(B, T, C) for d in (dq, dk, dv)], dim=-1)",
    new="torch.cat([dq, dk, dv], dim=-1).transpose(1, 2).reshape(B, T, 3 * C)",
    symptom="Wo and bo are right; the rows of Wqkv are dealt out in another order.",
    question="Is the wide projection cut into three first, or into heads first?",
    rule="Undo the cuts in the opposite order: the last cut is joined first.",
)
wide.misconception_by_edit(
    "output_weights_as_in_the_forward_pass",
    old="dconcat = dout @ Wo",
    new="dconcat = dout @ Wo.T",
    symptom="Wo and bo are right, all else is wrong, although every shape fits.",
    question="Which axis of Wo must vanish on the way back?",
    rule="A square weight fits both ways. Write its two indices and see which one is summed.",
)
wide.misconception_by_edit(
    "output_gradient_transposed",
    old='"bto,btc->oc", dout, concat)',
    new='"bto,btc->co", dout, concat)',
    symptom="The gradient of Wo has rows and columns the wrong way round, and being square it fits.",
    question="Which axis of Wo is the output here?",
    rule="A gradient is laid out as its variable is. In this unit weights are stored output first.",
)
wide.misconception_by_edit(
    "output_layer_skipped",
    old="dconcat = dout @ Wo",
    new="dconcat = dout",
    symptom="Wo and bo are right, all else is wrong, although every shape fits.",
    question="What lies between the heads and the output?",
    rule="Go through the forward lines from below, and leave none out.",
)
wide.misconception_by_edit(
    "scaled_by_the_width_of_x",
    old="C = nh * hs\n",
    new="C = nh * hs\n    q, k = q * nh**-0.5, k * nh**-0.5\n",
    symptom="The thirds of queries and keys are too small by one and the same factor, and so x is wrong.",
    question="How many terms has each dot product of a query and a key?",
    rule="The scale belongs to the size of one head, not to all of them together.",
)
wide.misconception_by_edit(
    "no_scale",
    old="C = nh * hs\n",
    new="C = nh * hs\n    q, k = q * hs**0.5, k * hs**0.5\n",
    symptom="The thirds of queries and keys are too large by one and the same factor, and so x is wrong.",
    question="Which constant stood in front of the scores in the forward pass?",
    rule="A constant factor comes back with the gradient, to both sides of the product.",
)
wide.misconception_by_edit(
    "values_not_transposed",
    old="p.transpose(-2, -1) @ dheads",
    new="p @ dheads",
    symptom="The last third of Wqkv is wrong and all shapes fit; so is x.",
    question="Who read the value at one position: those before it, or those after it?",
    rule="Going back turns every arrow round: the table is read the other way.",
)
wide.misconception_by_edit(
    "keys_not_transposed",
    old="dscores.transpose(-2, -1) @ q",
    new="dscores @ q",
    symptom="The middle third of Wqkv is wrong and all shapes fit, and its bias is not zero.",
    question="Over which index of the table does the gradient of one key sum?",
    rule="In a square table the shape says nothing. The index that survives tells which side is transposed.",
)
wide.misconception_by_edit(
    "softmax_not_centred",
    old="p * (dp - (p * dp).sum(dim=-1, keepdim=True))",
    new="p * dp",
    symptom="Queries and keys are far off, and the keys' bias is not zero.",
    question="Do the rows of your gradient of the scores sum to zero?",
    rule="The denominator of the softmax is a second path to every score of the row.",
)


# -- attention_recompute_backward -------------------------------------------------------------------------


def recompute_cached(q, k, v, allowed):
    """The output, and of each row of scores the logarithm of its sum of exponentials."""
    scores = hidden_scores(q, k, allowed)
    return {"out": scores.softmax(-1) @ v, "lse": scores.logsumexp(-1)}


@backward_of(
    "attention_recompute_backward",
    wrt=("q", "k", "v"),
    upstream="dout",
    parts={"dv": (2,), "dq": (0,), "dk": (1,)},
    q=weights,
    allowed=mask,
    cache=recompute_cached,
    one="T hs",
    minimum={"B": 1, "T": 3},
    largest={"B": 3, "T": 4, "hs": 4},
    every=True,  # so that both kinds of masks come
    examples=4,
)
def recompute(q, k, v, allowed):
    return hidden_scores(q, k, allowed).softmax(-1) @ v


@recompute.alternative
def recompute_by_einsum(dout, q, k, v, out, lse, allowed):
    c = 1 / math.sqrt(q.shape[2])
    p = torch.exp(c * torch.einsum("bih,bjh->bij", q, k) - lse.unsqueeze(2)) * allowed
    delta = torch.einsum("bih,bih->bi", dout, out)
    ds = c * p * (torch.einsum("bih,bjh->bij", dout, v) - delta[..., None])
    return torch.einsum("bij,bjh->bih", ds, k), torch.einsum("bij,bih->bjh", ds, q), p.mT @ dout


@recompute.alternative
def recompute_one_query_at_a_time(dout, q, k, v, out, lse, allowed):
    dq, dk, dv = torch.zeros_like(q), torch.zeros_like(k), torch.zeros_like(v)
    c = q.shape[-1] ** -0.5
    for i in range(q.shape[1]):
        qi, gi = q[:, i, :, None], dout[:, i, :, None]  # (B, hs, 1)
        p = torch.where(allowed[i], (c * (k @ qi).squeeze(2) - lse[:, i, None]).exp(), 0 * k[..., 0])
        ds = c * p * ((v @ gi).squeeze(2) - (gi * out[:, i, :, None]).sum(1))  # (B, T)
        dq[:, i] = (ds[:, None] @ k).squeeze(1)
        dk += ds[:, :, None] * q[:, i, None]
        dv += p[:, :, None] * dout[:, i, None]
    return dq, dk, dv


@recompute.alternative
def recompute_with_a_softmax_anew(dout, q, k, v, out, lse, allowed):
    hs = q.shape[-1]
    p = (q @ k.mT / hs**0.5).masked_fill(~allowed, -1e9).softmax(-1)
    ds = softmax_back(p, dout @ v.mT) / hs**0.5
    return [ds @ k, ds.mT @ q, p.mT @ dout]


recompute.misconception_by_edit(
    "mask_not_applied_again",
    old=".masked_fill(~allowed, -math.inf)",
    new="",
    symptom="Positions that may not be read have a part in every gradient.",
    question="Do the rows of your recomputed probabilities sum to one?",
    rule="Recomputing means all of the forward pass, the mask included.",
)
recompute.misconception_by_edit(
    "always_causal",
    old="~allowed",
    new="torch.ones(len(allowed), len(allowed)).triu(1) == 1",
    symptom="With the causal mask all is right, with other masks every gradient is wrong.",
    question="Is every mask a triangle, and where in your code is the one that you were given?",
    rule="A mask that comes as an argument is the one to use. Don't make another one of your own.",
)
recompute.misconception_by_edit(
    "mask_transposed",
    old="~allowed",
    new="~allowed.T",
    symptom="The mask is turned over: each position reads those that it may not read.",
    question="Which axis of the mask counts the queries?",
    rule="A square mask fits both ways. Compare its corners with those of the table.",
)
recompute.misconception_by_edit(
    "not_normalised",
    old="(scores - lse[:, :, None]).exp()",
    new="scores.exp()",
    symptom="Each query's share is off by a factor of its own.",
    question="Do the rows of your recomputed probabilities sum to one?",
    rule="Softmax is two steps. What was kept of each row is what the second one needs.",
)
recompute.misconception_by_edit(
    "normalised_along_the_keys",
    old="lse[:, :, None]",
    new="lse[:, None, :]",
    symptom="The rows of your recomputed probabilities don't sum to one, although all shapes fit.",
    question="Was one number kept for each query or for each key?",
    rule="Along which axis a vector is spread is decided by where you put its axis of size 1.",
)
recompute.misconception_by_edit(
    "divided_by_the_logarithm",
    old="(scores - lse[:, :, None]).exp()",
    new="scores.exp() / lse[:, :, None]",
    symptom="Each query's share is off by a factor of its own, and may even have the wrong sign.",
    question="Was the sum kept, or its logarithm?",
    rule="Dividing by a sum and subtracting its logarithm are one thing, on two sides of the exponential.",
)
recompute.misconception_by_edit(
    "scores_without_scale",
    old="(scale * q @ k.transpose(1, 2))",
    new="(q @ k.transpose(1, 2))",
    symptom="Every gradient is wrong: the recomputed scores are not those of the forward pass.",
    question="Do the rows of your recomputed probabilities sum to one?",
    rule="What is recomputed must be the same to the last constant.",
)
recompute.misconception_by_edit(
    "scale_in_the_recomputation_only",
    old="dq = scale * dscores @ k\n    dk = scale * dscores",
    new="dq = dscores @ k\n    dk = dscores",
    symptom="dv is right; dq and dk are too large by one and the same factor.",
    question="The constant stands in the forward pass once. How often does the whole of your code need it?",
    rule="Recomputing a step doesn't spare its backward pass: the factor is needed in both.",
)
recompute.misconception_by_edit(
    "delta_forgotten",
    old="(dout @ v.transpose(1, 2) - delta)",
    new="(dout @ v.transpose(1, 2))",
    symptom="dv is right; dq and dk are far off.",
    question="Do the rows of your gradient of the scores sum to zero?",
    rule="The denominator of the softmax is a second path to every score of the row.",
)
recompute.misconception_by_edit(
    "delta_added",
    old="(dout @ v.transpose(1, 2) - delta)",
    new="(dout @ v.transpose(1, 2) + delta)",
    symptom="dv is right; dq and dk are far off.",
    question="Do the rows of your gradient of the scores sum to zero?",
    rule="Dividing by a growing sum shrinks. The second path works against the first.",
)
recompute.misconception_by_edit(
    "delta_averaged",
    old="(dout * out).sum(dim=-1, keepdim=True)",
    new="(dout * out).mean(dim=-1, keepdim=True)",
    symptom="dv is right; dq and dk are off, and the rows of the scores' gradient don't sum to zero.",
    question="Is there a mean in the derivation, or a sum?",
    rule="Exchanging two sums makes no divisor.",
)
recompute.misconception_by_edit(
    "delta_from_the_values",
    old="(dout * out)",
    new="(dout * v)",
    symptom="dv is right; dq and dk are off, and the rows of the scores' gradient don't sum to zero.",
    question="Which sum over the keys did the forward pass make, and what is its name?",
    rule="The number of a query needs what that query got, not what stands at its own place.",
)
recompute.misconception_by_edit(
    "values_not_transposed",
    old="p.transpose(1, 2) @ dout",
    new="p @ dout",
    symptom="dv is wrong and all shapes fit; dq and dk are right.",
    question="Who read the value at one position: those before it, or those after it?",
    rule="Going back turns every arrow round: the table is read the other way.",
)
recompute.misconception_by_edit(
    "keys_not_transposed",
    old="dscores.transpose(1, 2) @ q",
    new="dscores @ q",
    symptom="dk is wrong and all shapes fit; dq and dv are right.",
    question="Over which index of the table does the gradient of one key sum?",
    rule="In a square table the shape says nothing. The index that survives tells which side is transposed.",
)
