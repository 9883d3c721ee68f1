"""What is true of a network that is trained, calibrated and sampled with gradients made by hand."""

from pathlib import Path

import torch
from torch import Tensor

from dojo.grading import Draw, close, grades, indices, near_zero, one_of, open_ended, require

NAMES = Path(__file__).resolve().parents[2] / "data" / "names.txt"
SIZES = {"N": 4, "T": 2, "D": 2, "H": 3, "V": 3}
LARGEST = {"N": 8, "T": 4, "D": 4, "H": 7, "V": 8}
# Backwards from the loss, so that the first wrong part is where the mistake is.
BACKWARDS = {
    "loss": (0,),
    "dW2": (1, 3),
    "db2": (1, 4),
    "dbngain": (1, 5),
    "dbnbias": (1, 6),
    "dW1": (1, 1),
    "db1": (1, 2),
    "dC": (1, 0),
}
TRAINED = {
    "losses": (0,),
    "W2": (1, 3),
    "b2": (1, 4),
    "bngain": (1, 5),
    "bnbias": (1, 6),
    "W1": (1, 1),
    "b1": (1, 2),
    "C": (1, 0),
}


def network(draw: Draw, shape: tuple[int, ...] = ()) -> list[Tensor]:
    """Parameters that hide no mistake: no zeros, no unit gains, no saturated tanh, columns with an offset."""
    T, D, H, V = (draw.sizes[letter] for letter in "TDHV")
    gain = (0.5 + draw.uniform(1, H)) * (1 - 2 * (draw.uniform(1, H) < 0.3).double())
    b1 = 1.0 + 0.3 * draw.normal(H)
    W1, W2 = 0.4 * draw.normal(T * D, H), 0.4 * draw.normal(H, V)
    return [
        draw.normal(V, D),
        W1,
        b1,
        W2,
        0.2 * draw.normal(V),
        draw.finish(gain),
        0.3 * draw.normal(1, H),
    ]


def network_with_a_faint_column(draw: Draw, shape: tuple[int, ...] = ()) -> list[Tensor]:
    """The same, but the first hidden column varies so little that eps matters."""
    params = network(draw)
    params[1][:, 0] *= 2.0**-8
    params[2][0] *= 2.0**-8
    return params


def batch_loss(params: list[Tensor], X: Tensor, Y: Tensor, eps: float = 1e-5) -> Tensor:
    """The forward pass of the handout, with torch's own pieces."""
    C, W1, b1, W2, b2, bngain, bnbias = params
    hprebn = C[X].flatten(1) @ W1 + b1
    bnvar, bnmean = torch.var_mean(hprebn, dim=0, keepdim=True)
    h = torch.tanh(bngain * (hprebn - bnmean) / torch.sqrt(bnvar + eps) + bnbias)
    return torch.nn.functional.cross_entropy(h @ W2 + b2, Y)


def autograd_step(
    params: list[Tensor], X: Tensor, Y: Tensor, eps: float = 1e-5
) -> tuple[Tensor, list[Tensor]]:
    """Loss and gradients of one batch, by autograd."""
    leaves = [p.detach().clone().requires_grad_() for p in params]
    with torch.enable_grad():
        loss = batch_loss(leaves, X, Y, eps)
    return loss.detach(), list(torch.autograd.grad(loss, leaves))


def autograd_training(
    params: list[Tensor], batches_X: Tensor, batches_Y: Tensor, lr: float
) -> tuple[Tensor, list[Tensor]]:
    """The training loop that everybody writes, gradients by autograd."""
    leaves = [p.detach().clone().requires_grad_() for p in params]
    losses = []
    for step, (X, Y) in enumerate(zip(batches_X, batches_Y, strict=True)):
        loss = batch_loss(leaves, X, Y)
        for p in leaves:
            p.grad = None
        loss.backward()
        for p in leaves:
            p.data -= (lr if step < len(batches_X) // 2 else lr / 10) * p.grad
        losses.append(loss.detach())
    return torch.stack(losses), [p.detach() for p in leaves]


# -- one step -------------------------------------------------------------------------------------------


# The true gradient of b1 is zero, what is computed is the rounding of sums: hence the floor.
@grades(
    "manual_train_step",
    parts=BACKWARDS,
    floor=50.0,
    params=network_with_a_faint_column,
    Xb=indices("V", repeated=True),
    Yb=indices("V", repeated=True),
    eps=one_of(1e-5, 1e-5, 1e-3, 0.1),
    minimum=SIZES,
    largest=LARGEST,
    one="T D H",
)
def train_step(params, Xb, Yb, eps):
    return autograd_step(params, Xb, Yb, eps)


@train_step.property("has a gradient of b1 that is zero up to rounding", examples=2)
def b1_learns_nothing(answer):
    return near_zero(answer[1][2], scale=0.1)


@train_step.property("takes 1e-5 for eps where none is given", examples=2)
def usual_eps(student, params, Xb, Yb):
    left_out, given = student(params, Xb, Yb)[0], student(params, Xb, Yb, 1e-5)[0]
    return near_zero(torch.as_tensor(left_out - given), scale=1.0)


@train_step.property("leaves the rows of unused characters in C without a gradient", examples=3)
def unused_rows_are_zero(answer, params, Xb):
    unused = [c for c in range(len(params[0])) if c not in Xb]
    return bool((answer[1][0][unused] == 0).all())


@train_step.property("doesn't depend on the order of the batch", examples=3)
def order_of_the_batch(student, params, Xb, Yb):
    (loss, grads), (again, others) = student(params, Xb, Yb), student(params, Xb.flip(0), Yb.flip(0))
    mine = [torch.as_tensor(part) for part in (loss, *grads)]
    gaps = [a - torch.as_tensor(b) for a, b in zip(mine, [again, *others], strict=True)]
    return all(near_zero(gap, scale=10 + float(g.abs().max())) for gap, g in zip(gaps, mine, strict=True))


@train_step.alternative
def atomic(params, Xb, Yb, eps=1e-5):
    C, W1, b1, W2, b2, bngain, bnbias = params
    N, (T, D) = Xb.shape[0], (Xb.shape[1], C.shape[1])
    emb = C[Xb]
    embcat = emb.view(N, T * D)
    hprebn = embcat @ W1 + b1
    bnmeani = 1 / N * hprebn.sum(0, keepdim=True)
    bndiff = hprebn - bnmeani
    bndiff2 = bndiff**2
    bnvar = 1 / (N - 1) * bndiff2.sum(0, keepdim=True)
    bnvar_inv = (bnvar + eps) ** -0.5
    bnraw = bndiff * bnvar_inv
    hpreact = bngain * bnraw + bnbias
    h = torch.tanh(hpreact)
    logits = h @ W2 + b2
    logit_maxes = logits.max(1, keepdim=True).values
    norm_logits = logits - logit_maxes
    counts = norm_logits.exp()
    counts_sum = counts.sum(1, keepdim=True)
    counts_sum_inv = counts_sum**-1
    probs = counts * counts_sum_inv
    logprobs = probs.log()
    loss = -logprobs[range(N), Yb].mean()
    dlogprobs = torch.zeros_like(logprobs)
    dlogprobs[range(N), Yb] = -1.0 / N
    dprobs = dlogprobs / probs
    dcounts_sum_inv = (counts * dprobs).sum(1, keepdim=True)
    dcounts = counts_sum_inv * dprobs
    dcounts_sum = -(counts_sum**-2) * dcounts_sum_inv
    dcounts += torch.ones_like(counts) * dcounts_sum
    dnorm_logits = counts * dcounts
    dlogits = dnorm_logits.clone()
    dlogit_maxes = (-dnorm_logits).sum(1, keepdim=True)
    dlogits[range(N), logits.max(1).indices] += dlogit_maxes[:, 0]
    dh = dlogits @ W2.T
    dW2 = h.T @ dlogits
    db2 = dlogits.sum(0)
    dhpreact = (1.0 - h**2) * dh
    dbngain = (bnraw * dhpreact).sum(0, keepdim=True)
    dbnraw = bngain * dhpreact
    dbnbias = dhpreact.sum(0, keepdim=True)
    dbndiff = bnvar_inv * dbnraw
    dbnvar_inv = (bndiff * dbnraw).sum(0, keepdim=True)
    dbnvar = (-0.5 * (bnvar + eps) ** -1.5) * dbnvar_inv
    dbndiff2 = (1.0 / (N - 1)) * torch.ones_like(bndiff2) * dbnvar
    dbndiff += (2 * bndiff) * dbndiff2
    dhprebn = dbndiff.clone()
    dbnmeani = (-dbndiff).sum(0)
    dhprebn += 1.0 / N * (torch.ones_like(hprebn) * dbnmeani)
    dembcat = dhprebn @ W1.T
    dW1 = embcat.T @ dhprebn
    db1 = dhprebn.sum(0)
    demb = dembcat.view(emb.shape)
    dC = torch.zeros_like(C)
    for k in range(N):
        for j in range(T):
            dC[Xb[k, j]] += demb[k, j]
    return loss, [dC, dW1, db1, dW2, db2, dbngain, dbnbias]


@train_step.alternative
def without_the_max_branch(params, Xb, Yb, eps=1e-5):
    """The gradient through the row maximum is zero, and so is that of b1: both may be left out."""
    C, W1, b1, W2, b2, bngain, bnbias = params
    N, V = len(Yb), len(b2)
    embcat = C[Xb].reshape(N, -1)
    hprebn = torch.addmm(b1, embcat, W1)
    centred = hprebn - hprebn.mean(0)
    s = torch.sqrt(centred.square().sum(0) / (N - 1) + eps)
    xhat = centred / s
    h = (bngain * xhat + bnbias).tanh()
    logits = h @ W2 + b2
    shifted = logits - logits.amax(1, keepdim=True)
    counts = shifted.exp()
    onehot = torch.eye(V, dtype=h.dtype)[Yb]
    loss = (counts.sum(1).log() - (shifted * onehot).sum(1)).mean()
    dlogits = (counts / counts.sum(1, keepdim=True) - onehot) / N
    dhpreact = dlogits @ W2.T * (1 - h * h)
    g = dhpreact * bngain / s
    dhprebn = g - g.mean(0) - xhat * (g * xhat).sum(0) / (N - 1)
    pick = torch.eye(V, dtype=h.dtype)[Xb.reshape(-1)]
    dC = pick.T @ (dhprebn @ W1.T).reshape(-1, C.shape[1])
    gain = (dhpreact * xhat).sum(0)[None]
    return loss, (
        dC,
        embcat.T @ dhprebn,
        torch.zeros_like(b1),
        h.T @ dlogits,
        dlogits.sum(0),
        gain,
        dhpreact.sum(0)[None],
    )


@train_step.alternative
def with_helpers(params, Xb, Yb, eps=1e-5):
    C, W1, b1, W2, b2, bngain, bnbias = [p.detach().clone() for p in params]
    N, T = Xb.shape
    x = torch.cat([C[Xb[:, t]] for t in range(T)], dim=1)
    bnraw, bnvar_inv = normalised(x @ W1 + b1, eps)
    h = torch.tanh(bngain * bnraw + bnbias)
    probs = torch.nn.functional.softmax(h @ W2 + b2, dim=1)
    loss = -torch.log(probs.gather(1, Yb[:, None])).mean()
    dh, dW2, db2 = through_linear(h, W2, (probs - torch.nn.functional.one_hot(Yb, len(b2))) / N)
    dhpreact = dh - dh * h**2
    g = dhpreact * bngain
    dhprebn = bnvar_inv * (g - g.mean(0) - bnraw * (g * bnraw).sum(0) / (N - 1))
    dx, dW1, db1 = through_linear(x, W1, dhprebn)
    onehot = torch.nn.functional.one_hot(Xb, len(C)).to(C.dtype)
    dC = torch.einsum("ntv,ntd->vd", onehot, dx.view(N, T, -1))
    dbngain, dbnbias = [part.sum(dim=0, keepdim=True) for part in (dhpreact * bnraw, dhpreact)]
    return loss.item(), [dC, dW1, db1, dW2, db2, dbngain, dbnbias]


def normalised(x, eps):
    bnvar_inv = 1 / torch.sqrt(x.var(0, keepdim=True, unbiased=True) + eps)
    return (x - x.mean(0, keepdim=True)) * bnvar_inv, bnvar_inv


def through_linear(x, W, dy):
    return dy @ W.t(), x.t() @ dy, dy.sum(0)


@train_step.alternative
def by_put_and_einsum(params, Xb, Yb, eps=1e-5):
    C, W1, b1, W2, b2, bngain, bnbias = params
    N, rows = Xb.size(0), torch.arange(Xb.size(0))
    embcat = C[Xb].flatten(1)
    hprebn = torch.einsum("nk,kh->nh", embcat, W1) + b1
    var, mean = torch.var_mean(hprebn, 0, keepdim=True)
    r = torch.rsqrt(var + eps)
    bnraw = (hprebn - mean) * r
    h = torch.tanh(bngain * bnraw + bnbias)
    probs = torch.softmax(h @ W2 + b2, dim=1)
    loss = -probs[rows, Yb].log().mean()
    dlogits = probs.clone()
    dlogits[rows, Yb] -= 1
    dlogits = dlogits / N
    dW2 = torch.einsum("nh,nv->hv", h, dlogits)
    dhpreact = torch.einsum("nv,hv->nh", dlogits, W2) * (1 - h.pow(2))
    dbngain, dbnbias = (bnraw * dhpreact).sum(0, True), dhpreact.sum(0, True)
    dhprebn = bngain * r * (dhpreact - dbnbias / N - bnraw * dbngain / (N - 1))
    demb = torch.einsum("nh,kh->nk", dhprebn, W1).view(*Xb.shape, -1)
    dC = torch.zeros(C.shape).index_put((Xb,), demb, accumulate=True)
    dW1 = torch.einsum("nk,nh->kh", embcat, dhprebn)
    return loss, [dC, dW1, dhprebn.sum(0), dW2, dlogits.sum(0), dbngain, dbnbias]


train_step.misconception_by_edit(
    "bngain_bnbias_swapped",
    "[dC, dW1, db1, dW2, db2, dbngain, dbnbias]",
    "[dC, dW1, db1, dW2, db2, dbnbias, dbngain]",
    symptom="The gradients of bngain and of bnbias stand in each other's place.",
    question="In which order are the parameters, and in which order did you list their gradients?",
    rule="Two parameters of the same shape change places without a word. Keep one order everywhere.",
)
train_step.misconception_by_edit(
    "gradients_in_order_of_computation",
    "[dC, dW1, db1, dW2, db2, dbngain, dbnbias]",
    "[dW2, db2, dbngain, dbnbias, dW1, db1, dC]",
    symptom="The list of gradients is in another order than the list of parameters.",
    question="Which gradient does the caller expect at each place?",
    rule="Whoever uses the list pairs it with the parameters one by one. The order belongs to the task.",
)
train_step.misconception_by_edit(
    "loss_summed",
    "Yb].mean()",
    "Yb].sum()",
    symptom="The gradients are right; the loss is too large by the size of the batch.",
    question="Is the loss of a batch a sum or a mean?",
    rule="The loss must not depend on the size of the batch, and the gradient must belong to it.",
)
train_step.misconception_by_edit(
    "no_div_n",
    "    dlogits /= N\n",
    "",
    symptom="The loss is right, and every gradient is too large by the same factor.",
    question="By what does the last step of the forward pass divide?",
    rule="A mean gives each of its numbers an equal share of the gradient.",
)
train_step.misconception_by_edit(
    "div_v",
    "dlogits /= N",
    "dlogits /= dlogits.shape[1]",
    symptom="The loss is right, and every gradient is off by the same factor.",
    question="Over how many numbers was the mean of the loss taken: examples or characters?",
    rule="Divide by what the forward pass divided by.",
)
train_step.misconception_by_edit(
    "minus_one_all_rows",
    "dlogits[rows, Yb] -= 1.0",
    "dlogits[:, Yb] -= 1.0",
    symptom="The first wrong gradient is that of W2, and rows of dlogits don't sum to zero.",
    question="How many entries of a row of dlogits does its own label change?",
    rule="A colon selects every row. Labels pair with rows one by one.",
)
train_step.misconception_by_edit(
    "label_forgotten",
    "    dlogits[rows, Yb] -= 1.0\n",
    "",
    symptom="The first wrong gradient is that of W2, and no label has an influence on any gradient.",
    question="Where do the labels enter your backward pass?",
    rule="The right character is pulled up. Without it the network is only pushed down.",
)
train_step.misconception_by_edit(
    "ascent_direction",
    "dlogits /= N",
    "dlogits /= -N",
    symptom="The loss is right, and every gradient has the wrong sign.",
    question="Is the gradient that of the loss, or that of the likelihood?",
    rule="The sign of the loss goes through the whole chain. Descent subtracts later.",
)
train_step.misconception_by_edit(
    "tanh_of_input",
    "(1.0 - h**2)",
    "(1.0 - hpreact**2)",
    symptom="Everything of the last layer is right; bngain is the first that is wrong.",
    question="Is the slope of tanh written with its input or with its output?",
    rule="The neat form of this slope uses what the forward pass has returned.",
)
train_step.misconception_by_edit(
    "tanh_forgotten",
    "(1.0 - h**2) * dh",
    "dh",
    symptom="Everything of the last layer is right; bngain is the first that is wrong.",
    question="Which line of the forward pass stands between h and hpreact?",
    rule="Mirror every line. A step without parameters has a slope all the same.",
)
train_step.misconception_by_edit(
    "gain_missing",
    "dhprebn = bngain * bnvar_inv / N",
    "dhprebn = bnvar_inv / N",
    symptom="Gain and bias of batchnorm are right; W1 is the first that is wrong, column by column.",
    question="By what is the normalised value multiplied before the tanh sees it?",
    rule="At initialisation the gain is one and hides this. It scales what passes through.",
)
train_step.misconception_by_edit(
    "biased_formula",
    "- N / (N - 1) * bnraw",
    "- bnraw",
    symptom="Gain and bias of batchnorm are right; W1 is nearly right, the nearer the larger the batch.",
    question="Does the divisor of your forward pass belong to the formula of your backward pass?",
    rule="Each divisor has its own formula. Take the variance of the forward line and derive from it.",
)
train_step.misconception_by_edit(
    "biased_forward",
    "keepdim=True) / (N - 1)",
    "keepdim=True) / N",
    symptom="The loss is already off, the less the larger the batch.",
    question="By what does the variance of this network divide?",
    rule="Decide on the divisor once, in the forward pass, and let the rest follow.",
)
train_step.misconception_by_edit(
    "mean_branch_missing",
    "N * dhpreact - dbnbias - N",
    "N * dhpreact - N",
    symptom="W1 is the first that is wrong, and b1 has a gradient that is not zero.",
    question="How many paths lead from hprebn to the normalised value?",
    rule="The mean listens to every row, so every row gets something back from it.",
)
train_step.misconception_by_edit(
    "variance_branch_missing",
    " - N / (N - 1) * bnraw * dbngain",
    "",
    symptom="W1 is the first that is wrong, while b1 has the zero gradient that it should have.",
    question="How many paths lead from hprebn to the normalised value?",
    rule="The variance listens to every row, so every row gets something back from it.",
)
train_step.misconception_by_edit(
    "statistics_held_fixed",
    "bngain * bnvar_inv / N * (N * dhpreact - dbnbias - N / (N - 1) * bnraw * dbngain)",
    "bngain * bnvar_inv * dhpreact",
    symptom="W1 is the first that is wrong, and b1 has a gradient that is not zero.",
    question="Are mean and variance constants here, or do they come from the batch?",
    rule="What was computed from the batch carries gradient back to the batch.",
)
train_step.misconception_by_edit(
    "index_clash",
    "* bnraw * dbngain)",
    "* bnraw**2 * dbnbias)",
    symptom="W1 is the first that is wrong; the columns of dhprebn don't sum to zero.",
    question="Which row does each xhat of your last term belong to?",
    rule="A summation index lives inside its sum only. Give the row outside another letter.",
)
train_step.misconception_by_edit(
    "eps_written_down",
    "(bnvar + eps)",
    "(bnvar + 1e-5)",
    symptom="The answer ignores the eps that it was given.",
    question="What changes in your function when eps changes?",
    rule="An argument with a default is still an argument.",
)
train_step.misconception_by_edit(
    "eps_left_out",
    "(bnvar + eps)",
    "bnvar",
    symptom="The loss is off where a hidden column hardly varies.",
    question="What was added to the variance before its root was taken?",
    rule="Small constants matter where everything else is small.",
)
train_step.misconception_by_edit(
    "scatter_overwrite",
    "dC.index_add_(0, Xb.reshape(-1), demb.reshape(-1, C.shape[1]))",
    "dC[Xb] += demb",
    symptom="Everything is right but C, and there the rows of characters that occur more than once.",
    question="What happens to the first of two contributions when the second is written to the same row?",
    rule="Indexing on the left writes each row once, even with a plus. Many uses of a row need a sum.",
)
train_step.misconception_by_edit(
    "rows_of_c_averaged",
    "    return loss, [dC",
    "    dC /= torch.bincount(Xb.reshape(-1), minlength=len(C)).clamp(min=1)[:, None]\n    return loss, [dC",
    symptom="Everything is right but C, and there the rows of characters that occur more than once.",
    question="What did you do with the contributions to a row that is used several times?",
    rule="Uses of one variable add up, however many. Divide only where the forward step divided.",
)
train_step.misconception_by_edit(
    "emb_wrong_view",
    "dembcat.reshape(emb.shape)",
    "dembcat.reshape(N, emb.shape[2], emb.shape[1]).mT",
    symptom="Everything is right but C, though its entries add up to the right sum.",
    question="In which order did the forward step lay the embeddings of one context side by side?",
    rule="A view moves no numbers, so its way back moves none either.",
)
train_step.misconception_by_edit(
    "keepdim_lost",
    "dbngain = (bnraw * dhpreact).sum(dim=0, keepdim=True)",
    "dbngain = (bnraw * dhpreact).sum(dim=0)",
    symptom="The numbers are right, but the gradient of bngain has lost an axis.",
    question="What shape has bngain, and is b1 of the same shape?",
    rule="A gradient has the shape of its parameter, even where broadcasting would forgive another.",
)
train_step.misconception_by_edit(
    "params_updated_in_place",
    "    return loss, [dC",
    "    for p, dp in zip(params, [dC, dW1, db1, dW2, db2, dbngain, dbnbias], strict=True):\n"
    "        p -= 0.1 * dp\n\n"
    "    return loss, [dC",
    symptom="Loss and gradients are right, but the parameters have changed.",
    question="Does this exercise ask for an update?",
    rule="A step has two halves, the gradient and the update. Keep them apart and each can be tested.",
)


# -- the capstone ---------------------------------------------------------------------------------------


@grades(
    "train_no_autograd",
    parts=TRAINED,
    params=network,
    batches_X=indices("V", repeated=True),
    batches_Y=indices("V", repeated=True),
    lr=one_of(0.1, 0.5, 1.0),
    examples=12,
    minimum={"S": 1, **SIZES},
    largest={"S": 6, **LARGEST},
    one="T D H",
)
def training(params, batches_X, batches_Y, lr):
    return autograd_training(params, batches_X, batches_Y, lr)


def largest_gap(ours: list[Tensor], theirs: list[Tensor]) -> float:
    """The largest absolute difference over two lists of tensors."""
    return max(float((a - b).abs().max()) for a, b in zip(ours, theirs, strict=True))


@training.property("stays within 1e-10 of autograd's training, step by step", examples=2)
def same_trajectory(student, params, batches_X, batches_Y, lr):
    for steps in range(1, len(batches_X) + 1):
        X, Y = batches_X[:steps], batches_Y[:steps]
        (losses, mine), (others, theirs) = student(params, X, Y, lr), autograd_training(params, X, Y, lr)
        if largest_gap([losses, *mine], [others, *theirs]) > 1e-10:
            return False
    return True


# With weights so small, batchnorm enlarges what it normalises, and with it the gradient of W1.
@training.property("takes a step of full length where a gradient is far above 1", examples=2)
def long_gradients(student, params, batches_X, batches_Y, lr):
    X, Y = batches_X[:1], batches_Y[:1]
    params = [p / 256 if number in (1, 2) else p for number, p in enumerate(params)]
    (_, mine), (_, theirs) = student(params, X, Y, lr), autograd_training(params, X, Y, lr)
    return largest_gap(mine, theirs) <= 1e-9 * max(1.0, largest_gap(theirs, params))


# An odd number of steps, whose half, rounded down, is not what other ways of halving give.
@training.property("stays within 1e-10 of autograd's training on real names for 39 steps", examples=1)
def real_names(student, params, lr):
    X, Y = contexts_of_names(200)
    generator = torch.Generator().manual_seed(len(params[0]))
    shapes = [(27, 2), (6, 8), (8,), (8, 27), (27,), (1, 8), (1, 8)]
    start = [torch.randn(s, generator=generator, dtype=torch.float64) * 0.3 for s in shapes]
    start[5] += 1.0
    rows = torch.randint(0, len(X), (39, 16), generator=generator)
    (losses, mine), (others, theirs) = (
        student(start, X[rows], Y[rows], lr),
        autograd_training(start, X[rows], Y[rows], lr),
    )
    return largest_gap([losses, *mine], [others, *theirs]) <= 1e-10


def contexts_of_names(count: int) -> tuple[Tensor, Tensor]:
    """Contexts of three characters and the next one, of the first names of the course's list; "." is 0."""
    X, Y = [], []
    for name in NAMES.read_text(encoding="utf-8").split()[:count]:
        ids = [0, 0, 0, *(ord(letter) - ord("a") + 1 for letter in name), 0]
        for i in range(len(ids) - 3):
            X.append(ids[i : i + 3])
            Y.append(ids[i + 3])
    return torch.tensor(X), torch.tensor(Y)


def own_step(params, X, Y):
    C, W1, b1, W2, b2, bngain, bnbias = params
    N, V = X.shape[0], C.shape[0]
    embcat = C[X].flatten(1)
    hprebn = embcat @ W1 + b1
    var, mean = torch.var_mean(hprebn, dim=0)
    s = (var + 1e-5).sqrt()
    xhat = (hprebn - mean) / s
    h = torch.tanh(bngain * xhat + bnbias)
    probs = torch.softmax(h @ W2 + b2, 1)
    onehot = torch.eye(V, dtype=C.dtype)[Y]
    dlogits = (probs - onehot) / N
    dpre = (1 - h**2) * (dlogits @ W2.T)
    g = bngain * dpre / s
    dx = g - g.mean(0) - xhat * (g * xhat).sum(0) / (N - 1)
    dC = torch.zeros_like(C).index_add(0, X.flatten(), (dx @ W1.T).view(-1, C.shape[1]))
    loss = -(probs * onehot).sum(1).log().mean()
    gain, bias = (dpre * xhat).sum(0, keepdim=True), dpre.sum(0, keepdim=True)
    return loss, [dC, embcat.T @ dx, dx.sum(0), h.T @ dlogits, dlogits.sum(0), gain, bias]


@training.alternative
def in_place_on_clones(params, batches_X, batches_Y, lr):
    params, S = [p.clone() for p in params], batches_X.shape[0]
    losses = torch.zeros(S)
    for step in range(S):
        losses[step], grads = own_step(params, batches_X[step], batches_Y[step])
        for p, g in zip(params, grads, strict=True):
            p -= (lr if step < S // 2 else 0.1 * lr) * g
    return losses, params


@training.alternative
def two_loops(params, batches_X, batches_Y, lr):
    half, losses = len(batches_X) // 2, []
    pairs = list(zip(batches_X, batches_Y, strict=True))
    for X, Y in pairs[:half]:
        loss, grads = own_step(params, X, Y)
        losses.append(loss.item())
        params = [p - lr * g for p, g in zip(params, grads, strict=True)]
    for X, Y in pairs[half:]:
        loss, grads = own_step(params, X, Y)
        losses.append(loss.item())
        params = [torch.sub(p, g, alpha=lr / 10) for p, g in zip(params, grads, strict=True)]
    return torch.tensor(losses), params


@training.alternative
def recursively(params, batches_X, batches_Y, lr):
    S = len(batches_X)

    def go_on(step, params):
        if step == S:
            return [], params
        loss, grads = own_step(params, batches_X[step], batches_Y[step])
        rate = lr / (10 if step >= S // 2 else 1)
        losses, final = go_on(step + 1, tuple(p.add(-rate * g) for p, g in zip(params, grads, strict=True)))
        return [loss, *losses], final

    losses, final = go_on(0, params)
    return torch.stack(losses), list(final)


RATE = "rate = lr if step < S // 2 else lr / 10"
STEP = "loss, grads = manual_train_step(params, batches_X[step], batches_Y[step])"
UPDATE = "params = [p - rate * dp for p, dp in zip(params, grads, strict=True)]"

training.misconception_by_edit(
    "decay_missing",
    RATE,
    "rate = lr",
    symptom="The losses are right up to the middle and drift away after it.",
    question="What is the learning rate in the second half?",
    rule="Large steps find the valley, small ones its floor. The schedule is part of the task.",
)
training.misconception_by_edit(
    "decay_one_step_late",
    RATE,
    "rate = lr if step <= S // 2 else lr / 10",
    symptom="The first steps are right, and the update in the middle is too large.",
    question="Is the step in the middle one of the first half or of the second? Steps count from 0.",
    rule="At a border, write down the one case that it decides, and test it.",
)
training.misconception_by_edit(
    "odd_middle_rounded_up",
    RATE,
    "rate = lr if step < S / 2 else lr / 10",
    symptom="Even numbers of steps are right; with an odd number the update in the middle is too large.",
    question="To which half does the middle one of three steps belong?",
    rule="Halving an odd number needs a decision. The task has made it.",
)
training.misconception_by_edit(
    "last_update_missing",
    UPDATE,
    UPDATE.replace("p - rate * dp", "p - rate * dp if step < S - 1 else p.clone()"),
    symptom="The losses are right; the final parameters lack one update.",
    question="Which parameters do you return: those before or those after the last step?",
    rule="Every step ends with its update, the last one too.",
)
training.misconception_by_edit(
    "decay_repeated",
    RATE,
    "rate = lr = lr if step < S // 2 else lr / 10",
    symptom="The losses are right up to the middle; after it training nearly stops.",
    question="How often does the learning rate fall in your loop?",
    rule="Don't overwrite a given number in a loop that reads it again.",
)
training.misconception_by_edit(
    "decay_first",
    RATE,
    "rate = lr if step >= S // 2 else lr / 10",
    symptom="The first loss is right, and the first update is too small.",
    question="Which half of the steps has the full learning rate?",
    rule="Large steps first, small ones later.",
)
training.misconception_by_edit(
    "ascent",
    UPDATE,
    UPDATE.replace("p - rate", "p + rate"),
    symptom="The losses grow.",
    question="Does the gradient point to where the loss gets smaller or larger?",
    rule="A gradient points uphill. Descent goes the other way.",
)
training.misconception_by_edit(
    "loss_after_update",
    "losses.append(loss)",
    "losses.append(manual_train_step(params, batches_X[step], batches_Y[step])[0])",
    symptom="The parameters are right; each loss is a little lower than it should be.",
    question="With which parameters was each loss computed, those before or those after the update?",
    rule="The loss that a gradient belongs to is the one of the same forward pass.",
)
training.misconception_by_edit(
    "same_batch_every_step",
    STEP,
    "loss, grads = manual_train_step(params, batches_X[0], batches_Y[0])",
    symptom="The first loss is right, and all later ones belong to the first batch.",
    question="Which index changes from step to step?",
    rule="Each step sees its own batch. Check that the loop's counter is used.",
)
training.misconception_by_edit(
    "labels_of_another_batch",
    STEP,
    "loss, grads = manual_train_step(params, batches_X[step], batches_Y[0])",
    symptom="The first loss is right, and the later ones are too large.",
    question="Do contexts and labels of a step come from the same batch?",
    rule="Two lists that belong together are indexed together.",
)
training.misconception_by_edit(
    "update_dropped",
    UPDATE,
    UPDATE.replace("params =", "trained ="),
    symptom="The first loss is right, and nothing is learnt afterwards.",
    question="Which parameters does the second step start from?",
    rule="The result of an update must be what the next step reads.",
)
training.misconception_by_edit(
    "gradients_never_reset",
    STEP,
    STEP + "\n        total = grads = [g + t for g, t in zip(grads, total)] if step else grads",
    symptom="The first update is right, and the later ones contain the gradients of earlier steps.",
    question="Does anything in your loop keep a gradient from one step to the next?",
    rule="Plain descent uses the gradient of this batch alone.",
)
training.misconception_by_edit(
    "batchnorm_not_trained",
    UPDATE,
    "params = [p - rate * dp for p, dp in zip(params[:5], grads[:5], strict=True)] + list(params[5:])",
    symptom="The second loss is nearly right; gain and bias of batchnorm are what they were at the start.",
    question="Which parameters does your update reach?",
    rule="Gain and bias are parameters like the others, and they learn like the others.",
)
training.misconception_by_edit(
    "bngain_bnbias_swapped",
    UPDATE,
    "params = [p - rate * dp for p, dp in zip(params, [*grads[:5], grads[6], grads[5]], strict=True)]",
    symptom="The first loss is right; gain and bias of batchnorm go the wrong way.",
    question="Does every gradient meet its own parameter?",
    rule="Two parameters of the same shape change places without a word. Keep one order everywhere.",
)
training.misconception_by_edit(
    "updated_in_place",
    UPDATE,
    "for p, dp in zip(params, grads, strict=True):\n            p -= rate * dp",
    symptom="The numbers are right, but the caller's parameters have been trained too.",
    question="Does your update make new tensors, or does it write into those that you were given?",
    rule="What you are given is not yours to change. Work on copies.",
)


# -- after training -------------------------------------------------------------------------------------


# M is larger than the usual batch of 32 in many cases, so that a part of the set is seen to be a part.
@grades(
    "calibrate_bn",
    parts={"bnmean": (0,), "bnvar": (1,)},
    params=network,
    X=indices("V"),
    derived={"M": lambda sizes: 12 * sizes["B"] - 7},
    minimum={"B": 1, "T": 2, "D": 2, "H": 3, "V": 4},
    largest={"B": 5, "T": 4, "D": 4, "H": 6, "V": 6},
    one="T D H",
    floor=1.0,  # a few contexts of one token may all be the same: 0 is right then, and so is rounding
)
def calibration(params, X):
    hprebn = torch.nn.functional.embedding(X, params[0]).flatten(1) @ params[1] + params[2]
    return hprebn.mean(dim=0, keepdim=True), hprebn.var(dim=0, keepdim=True, correction=1)


def hidden(params, X):
    return params[0][X].flatten(1) @ params[1] + params[2]


@calibration.property("keeps its digits where a mean is far larger than the spread", examples=3)
def digits_are_kept(student, params, X):
    # The mean of squares less the squared mean loses ten digits here, rounding of the sums costs 1e-11.
    far = [*params[:2], params[2] + 1e5 * hidden(params, X).std(dim=0), *params[3:]]
    return close(student(far, X)[1], student(params, X)[1])


@calibration.alternative
def by_var_mean(params, X):
    var, mean = torch.var_mean(hidden(params, X), dim=0, keepdim=True)
    return [mean, var]


@calibration.alternative
def by_sums(params, X):
    x, M = hidden(params, X), X.shape[0]
    mean = x.sum(0, keepdim=True) / M
    return mean, (x - mean).square().sum(0, keepdim=True) / (M - 1)


@calibration.alternative
def one_example_at_a_time(params, X):
    n, mean, squares = 0, torch.zeros_like(params[5]), torch.zeros_like(params[5])
    for row in X:
        x = hidden(params, row[None])
        n += 1
        gap = x - mean
        mean = mean + gap / n
        squares = squares + gap * (x - mean)
    return mean, squares / (n - 1)


@calibration.misconception(
    symptom="The mean is right; the variance is a little too small.",
    question="Which divisor does the estimate for other data need?",
    rule="A variance that is kept for later is the corrected one here, as it was in training.",
)
def biased_variance(params, X):
    x = hidden(params, X)
    return x.mean(0, keepdim=True), x.var(0, keepdim=True, correction=0)


@calibration.misconception(
    symptom="The numbers are right, but digits are lost where the mean is far larger than the spread.",
    question="What is left when two large numbers are subtracted that are nearly equal?",
    rule="Take the mean away first, and square then. Squares of large numbers drown a small difference.",
)
def mean_of_squares(params, X):
    x = hidden(params, X)
    mean = x.mean(0, keepdim=True)
    return mean, ((x**2).mean(0, keepdim=True) - mean**2) * len(x) / (len(x) - 1)


@calibration.misconception(
    symptom="Small sets are right; sets with more than 32 examples are not.",
    question="Which examples take part in your statistics?",
    rule="Calibration is there to be independent of a batch, so every example counts.",
)
def calibrated_on_a_batch(params, X):
    x = hidden(params, X[:32])
    return x.mean(0, keepdim=True), x.var(0, keepdim=True)


@calibration.misconception(
    symptom="The mean is nearly right; the variance is off.",
    question="Is the variance of a whole the mean of the variances of its parts?",
    rule="The parts also differ in their means. Take the statistics of the whole set at once.",
)
def mean_of_batch_variances(params, X):
    parts = hidden(params, X).tensor_split(2)
    mean = sum(p.mean(0, keepdim=True) for p in parts) / 2
    return mean, sum(p.var(0, keepdim=True) for p in parts) / 2


@calibration.misconception(
    symptom="The variance is right; the mean is off by the same row for every set.",
    question="Which three things make hprebn?",
    rule="A constant shifts a mean and leaves a variance alone.",
)
def b1_forgotten(params, X):
    x = params[0][X].flatten(1) @ params[1]
    return x.mean(0, keepdim=True), x.var(0, keepdim=True)


@calibration.misconception(
    symptom="The mean is right; the square of your second result would be right too.",
    question="Is a variance asked for, or its root?",
    rule="The root comes later, after eps.",
)
def standard_deviation(params, X):
    x = hidden(params, X)
    return x.mean(0, keepdim=True), x.std(0, keepdim=True)


@calibration.misconception(
    symptom="The numbers are right, but both results have lost an axis.",
    question="What shape do the statistics of the graph have?",
    rule="Statistics that will meet a table stay easy to read as one row.",
)
def keepdim_lost(params, X):
    x = hidden(params, X)
    return x.mean(0), x.var(0)


@calibration.misconception(
    symptom="The two results stand in each other's place.",
    question="In which order does the task name them, and in which order does the function that you call?",
    rule="Parts of the same shape change places without a word. Name them before you return them.",
)
def variance_first(params, X):
    x = hidden(params, X)
    return x.var(0, keepdim=True), x.mean(0, keepdim=True)


@calibration.misconception(
    symptom="Both results are far off, and all means lie between -1 and 1.",
    question="Of which variable of the graph are these statistics?",
    rule="Batchnorm normalises what comes in. Its statistics are taken before gain, bias and tanh.",
)
def statistics_of_h(params, X):
    x = hidden(params, X)
    x = torch.tanh(params[5] * (x - x.mean(0)) / (x.var(0) + 1e-5).sqrt() + params[6])
    return x.mean(0, keepdim=True), x.var(0, keepdim=True)


@calibration.misconception(
    symptom="All columns have the same mean and the same variance.",
    question="How many hidden columns are there, and does each have a mean of its own?",
    rule="Batchnorm treats its columns one by one.",
)
def all_columns_pooled(params, X):
    x = hidden(params, X)
    return x.mean() * torch.ones_like(params[5]), x.var() * torch.ones_like(params[5])


def variances(draw: Draw, shape: tuple[int, ...]) -> Tensor:
    """Calibrated variances, some of them so small that eps matters."""
    return draw.finish(torch.where(draw.uniform(*shape) < 0.3, 2.0**-18, 0.5 + 3 * draw.uniform(*shape)))


def means_near_the_data(params: list[Tensor], bnvar: Tensor, bnmean: Tensor) -> dict[str, Tensor]:
    """Columns with a tiny variance hardly move in truth either, so they get weights to match."""
    scale = bnvar.sqrt().clamp(max=1.0)
    C, W1, b1, *rest = params
    return {"params": [C, W1 * scale, b1 * scale[0], *rest], "bnmean": bnmean * scale}


CALIBRATED = {
    "params": network,
    "bnvar": variances,
    "cache": means_near_the_data,
    "eps": one_of(1e-5, 1e-5, 1e-3, 0.1),
}


def calibrated_logits(params, bnmean, bnvar, X, eps):
    C, W1, b1, W2, b2, bngain, bnbias = params
    x = C[X].flatten(1) @ W1 + b1
    return torch.tanh(bngain * (x - bnmean) / (bnvar + eps).sqrt() + bnbias) @ W2 + b2


@grades(
    "evaluate_loss",
    X=indices("V"),
    Y=indices("V"),
    one="T D H",
    minimum={**SIZES, "M": 1},
    largest={**LARGEST, "N": 4},
    **CALIBRATED,
)
def evaluation(params, bnmean, bnvar, X, Y, eps):
    return torch.nn.functional.cross_entropy(calibrated_logits(params, bnmean, bnvar, X, eps), Y)


@evaluation.property("is the mean of the losses of the examples, taken one at a time", examples=3)
def one_by_one(student, params, bnmean, bnvar, X, Y):
    single = [student(params, bnmean, bnvar, x[None], y[None]) for x, y in zip(X, Y, strict=True)]
    whole = student(params, bnmean, bnvar, X, Y)
    require(all(isinstance(s, (Tensor, float)) for s in [whole, *single]), "a 0-d tensor is asked for")
    return near_zero(torch.as_tensor(sum(single) / len(single) - whole), scale=10.0)


@evaluation.property("takes 1e-5 for eps where none is given", examples=2)
def usual_eps_after_training(student, params, bnmean, bnvar, X, Y):
    left_out, given = student(params, bnmean, bnvar, X, Y), student(params, bnmean, bnvar, X, Y, 1e-5)
    return near_zero(torch.as_tensor(left_out - given), scale=1.0)


@evaluation.alternative
def by_softmax_and_gather(params, bnmean, bnvar, X, Y, eps=1e-5):
    probs = torch.softmax(calibrated_logits(params, bnmean, bnvar, X, eps), dim=1)
    return -probs.gather(1, Y[:, None]).log().mean()


@evaluation.alternative
def by_counts(params, bnmean, bnvar, X, Y, eps=1e-5):
    logits = calibrated_logits(params, bnmean, bnvar, X, eps)
    counts = (logits - logits.max(1, keepdim=True).values).exp()
    probs = counts / counts.sum(1, keepdim=True)
    return -probs[range(len(Y)), Y].log().sum() / len(Y)


@evaluation.alternative
def as_a_float(params, bnmean, bnvar, X, Y, eps=1e-5):
    logits = calibrated_logits(params, bnmean, bnvar, X, eps)
    return (logits.logsumexp(1) - logits[range(len(Y)), Y]).mean().item()


@evaluation.alternative
def example_by_example(params, bnmean, bnvar, X, Y, eps=1e-5):
    losses = []
    for x, y in zip(X, Y, strict=True):
        logits = calibrated_logits(params, bnmean, bnvar, x[None], eps)[0]
        losses.append(torch.log_softmax(logits, 0)[y])
    return -torch.stack(losses).mean()


def own_statistics(params, X):
    x = hidden(params, X)
    mean = x.mean(0, keepdim=True)
    return mean, ((x - mean) ** 2).sum(0, keepdim=True) / (len(X) - 1)


@evaluation.misconception(
    symptom="One example alone gives nan, and more of them a loss that depends on their company.",
    question="Which mean and which variance does your batchnorm use?",
    rule="After training, batchnorm is a fixed function of each example. The statistics come from outside.",
)
def batch_statistics(params, bnmean, bnvar, X, Y, eps=1e-5):
    logits = calibrated_logits(params, *own_statistics(params, X), X, eps)
    return -torch.log_softmax(logits, 1)[torch.arange(len(Y)), Y].mean()


@evaluation.misconception(
    symptom="The loss grows with the number of examples.",
    question="Is the loss of a set a sum or a mean?",
    rule="Losses of sets of different sizes are compared, so they must be means.",
)
def loss_summed(params, bnmean, bnvar, X, Y, eps=1e-5):
    logits = calibrated_logits(params, bnmean, bnvar, X, eps)
    return -torch.log_softmax(logits, 1)[torch.arange(len(Y)), Y].sum()


@evaluation.misconception(
    symptom="One example alone is right; several together are not.",
    question="Which entries of the table of log-probabilities does the loss read?",
    rule="Rows and labels are paired one by one. A colon pairs every row with every label.",
)
def every_row_with_every_label(params, bnmean, bnvar, X, Y, eps=1e-5):
    return -torch.log_softmax(calibrated_logits(params, bnmean, bnvar, X, eps), 1)[:, Y].mean()


@evaluation.misconception(
    symptom="The loss is negative.",
    question="What sign has the logarithm of a probability?",
    rule="A loss is small for good predictions and never below zero here.",
)
def log_likelihood(params, bnmean, bnvar, X, Y, eps=1e-5):
    logits = calibrated_logits(params, bnmean, bnvar, X, eps)
    return torch.log_softmax(logits, 1)[torch.arange(len(Y)), Y].mean()


@evaluation.misconception(
    symptom="The loss is off where a variance is small.",
    question="What is added to the variance before its root is taken?",
    rule="Use the same line as in training, with other statistics.",
)
def eps_left_out(params, bnmean, bnvar, X, Y, eps=1e-5):
    logits = calibrated_logits(params, bnmean, bnvar, X, 0.0)
    return -torch.log_softmax(logits, 1)[torch.arange(len(Y)), Y].mean()


@evaluation.misconception(
    symptom="The answer ignores the eps that it was given.",
    question="What changes in your function when eps changes?",
    rule="An argument with a default is still an argument.",
)
def eps_written_down(params, bnmean, bnvar, X, Y, eps=1e-5):
    logits = calibrated_logits(params, bnmean, bnvar, X, 1e-5)
    return -torch.log_softmax(logits, 1)[torch.arange(len(Y)), Y].mean()


@evaluation.misconception(
    symptom="The loss is off unless all variances are one.",
    question="By what does batchnorm divide, the variance or its root?",
    rule="Dividing by the standard deviation gives spread one; dividing by the variance does not.",
)
def root_forgotten(params, bnmean, bnvar, X, Y, eps=1e-5):
    logits = calibrated_logits(params, bnmean, (bnvar + eps) ** 2, X, 0.0)
    return -torch.log_softmax(logits, 1)[torch.arange(len(Y)), Y].mean()


@evaluation.misconception(
    symptom="The loss doesn't change when the gain or the bias of batchnorm changes.",
    question="What comes between the normalised value and the tanh?",
    rule="Only the statistics are replaced after training. The parameters stay.",
)
def gain_and_bias_missing(params, bnmean, bnvar, X, Y, eps=1e-5):
    plain = [*params[:5], torch.ones_like(bnmean), torch.zeros_like(bnmean)]
    logits = calibrated_logits(plain, bnmean, bnvar, X, eps)
    return -torch.log_softmax(logits, 1)[torch.arange(len(Y)), Y].mean()


# -- sampling -------------------------------------------------------------------------------------------


def walk(params: list[Tensor], bnmean: Tensor, bnvar: Tensor, eps: float, context: list[int]) -> Tensor:
    """Cumulative probabilities of the next character."""
    logits = calibrated_logits(params, bnmean, bnvar, torch.tensor([context]), eps)[0]
    return torch.softmax(logits.double(), 0).cumsum(0)


def a_name(draw: Draw) -> dict[str, object]:
    """A network and numbers that write a chosen name, each number well inside its character's interval.

    One case in four each: the name ends early, or at once; it never ends; character 0 is impossible and a
    number is 0.0, so that the comparison must be strict; a number is 1.0, beyond which no cumulative
    probability lies.
    """
    V, L, kind = draw.sizes["V"], draw.sizes["L"], draw.structure.seed % 4
    params, bnvar = network(draw), variances(draw, (1, draw.sizes["H"]))
    values = {"params": params, "bnvar": bnvar, "bnmean": draw.normal(1, draw.sizes["H"])}
    values |= means_near_the_data(**values) | {"eps": draw.pick([1e-5, 1e-5, 1e-3, 0.1])}
    params = values["params"]
    if kind == 2:
        params[4][0] = -2000.0
    end = L if kind else 0 if draw.structure.seed % 8 == 0 else draw.integer(1, L - 1)
    special = draw.integer(0, L - 1)
    context, uniforms = [0] * draw.sizes["T"], []
    for t in range(L):
        cumulative = walk(params, values["bnmean"], bnvar, values["eps"], context)
        letter = 0 if t == end else draw.integer(1, V - 1)
        low = float(cumulative[letter - 1]) if letter else 0.0
        u = low + (0.2 + 0.6 * float(draw.uniform())) * (float(cumulative[letter]) - low)
        if t == special and kind >= 2:
            letter, u = (1, 0.0) if kind == 2 else (V - 1, 1.0)
        uniforms.append(u)
        context = [*context[1:], letter]
    return values | {"uniforms": torch.tensor(uniforms, dtype=torch.float64)}


@grades(
    "sample_name",
    case_of=a_name,
    minimum={**SIZES, "L": 2},
    largest={**LARGEST, "N": 4, "L": 6},
    every=True,
)
def sampling(params, bnmean, bnvar, uniforms, eps):
    context, name = [0] * (len(params[1]) // params[0].shape[1]), []
    for u in uniforms.tolist():
        larger = (walk(params, bnmean, bnvar, eps, context) > u).nonzero()
        name.append(int(larger[0]) if len(larger) else len(params[0]) - 1)
        context = [*context[1:], name[-1]]
        if name[-1] == 0:
            break
    return name


@sampling.property("is the start of the longer name when fewer numbers are given", examples=4)
def shorter_is_a_prefix(student, params, bnmean, bnvar, uniforms):
    whole = student(params, bnmean, bnvar, uniforms)
    start = student(params, bnmean, bnvar, uniforms[:1])
    return list(start) == list(whole)[:1]


@sampling.property("adds 1e-5 to the variances where no eps is given", examples=2)
def usual_eps_where_it_matters(student, params, bnmean):
    C, W1, b1 = params[:3]
    context = [0] * (len(W1) // C.shape[1])
    before = C[context].flatten() @ W1 + b1
    # So close to the mean, with so small a variance, that eps decides about half of the normalised size.
    bnvar = torch.full_like(bnmean, 1e-5)
    bnmean = before[None] - 0.004 * torch.linspace(1, -1, len(before)).sign()
    right = walk(params, bnmean, bnvar, 1e-5, context)
    for eps in (1e-4, 1e-6):
        other = walk(params, bnmean, bnvar, eps, context)
        place = int((right - other).abs().argmax())
        between = (right[place] + other[place]) / 2
        if student(params, bnmean, bnvar, between[None]) != [int((right <= between).sum())]:
            return False
    return True


@sampling.property("tells numbers just below and just above a cumulative probability apart", examples=2)
def precise(student, params, bnmean, bnvar):
    cumulative = walk(params, bnmean, bnvar, 1e-5, [0] * (len(params[1]) // params[0].shape[1]))
    place = int((cumulative - 0.5).abs().argmin())
    for u in (cumulative[place] - 1e-10, cumulative[place] + 1e-10):  # rounding in float64 is 1e-15
        character = min(int((cumulative <= u).sum()), len(cumulative) - 1)
        if student(params, bnmean, bnvar, u[None]) != [character]:
            return False
    return True


@sampling.alternative
def by_searchsorted(params, bnmean, bnvar, uniforms, eps=1e-5):
    V, D = params[0].shape
    window, out = torch.zeros(1, params[1].shape[0] // D, dtype=torch.long), []
    for u in uniforms:
        probs = torch.softmax(calibrated_logits(params, bnmean, bnvar, window, eps), 1)
        ix = torch.searchsorted(probs[0].cumsum(0), u, right=True).clamp(max=V - 1)
        out.append(int(ix))
        window = torch.cat([window[:, 1:], ix.view(1, 1)], dim=1)
        if ix == 0:
            break
    return out


@sampling.alternative
def by_adding_up(params, bnmean, bnvar, uniforms, eps=1e-5):
    context, out = [0] * (params[1].shape[0] // params[0].shape[1]), []
    for t in range(len(uniforms)):
        logits = calibrated_logits(params, bnmean, bnvar, torch.tensor(context)[None], eps)[0]
        total, choice = 0.0, len(logits) - 1
        for i, p in enumerate((logits - logits.logsumexp(0)).exp()):
            total += p
            if total > uniforms[t]:
                choice = i
                break
        out += [choice]
        context = [*context[1:], choice]
        if not choice:
            return out
    return out


@sampling.alternative
def by_while_loop(params, bnmean, bnvar, uniforms, eps=1e-5):
    T, name = params[1].shape[0] // params[0].shape[1], []
    while len(name) < len(uniforms) and (not name or name[-1] != 0):
        context = ([0] * T + name)[-T:]
        counts = calibrated_logits(params, bnmean, bnvar, torch.tensor([context]), eps).exp()
        beyond = counts.cumsum(1) / counts.sum() > uniforms[len(name)]
        name.append(beyond[0].int().argmax().item() if beyond.any() else counts.shape[1] - 1)
    return name


def next_probs(params, bnmean, bnvar, context, eps):
    return torch.softmax(calibrated_logits(params, bnmean, bnvar, torch.tensor([context]), eps), 1)[0]


def first_beyond(probs, u):
    return min(int((probs.cumsum(0) <= u).sum()), len(probs) - 1)


@sampling.misconception(
    symptom="Names that end are one entry too short.",
    question="Is the end character part of the result?",
    rule="Read where the task says that the loop stops: before or after the entry is kept.",
)
def zero_left_out(params, bnmean, bnvar, uniforms, eps=1e-5):
    context, name = [0] * (len(params[1]) // params[0].shape[1]), []
    for u in uniforms:
        c = first_beyond(next_probs(params, bnmean, bnvar, context, eps), u)
        if c == 0:
            break
        name.append(c)
        context = [*context[1:], c]
    return name


@sampling.misconception(
    symptom="Names go on after character 0.",
    question="When does a name end?",
    rule="The end character is a prediction like the others, and it is the one that stops you.",
)
def never_stops(params, bnmean, bnvar, uniforms, eps=1e-5):
    context, name = [0] * (len(params[1]) // params[0].shape[1]), []
    for u in uniforms:
        name.append(first_beyond(next_probs(params, bnmean, bnvar, context, eps), u))
        context = [*context[1:], name[-1]]
    return name


@sampling.misconception(
    symptom="A name that ends at once goes on.",
    question="May the first character that is sampled be the end?",
    rule="The zeros of the first context are padding. A zero that was sampled is an end, wherever it comes.",
)
def never_stops_at_once(params, bnmean, bnvar, uniforms, eps=1e-5):
    context, name = [0] * (len(params[1]) // params[0].shape[1]), []
    for u in uniforms:
        name.append(first_beyond(next_probs(params, bnmean, bnvar, context, eps), u))
        context = [*context[1:], name[-1]]
        if name[-1] == 0 and len(name) > 1:
            break
    return name


@sampling.misconception(
    symptom="A character of probability zero is chosen when the number is zero.",
    question="Is a cumulative probability that equals the number already beyond it?",
    rule="With a strict comparison an interval without length is never hit.",
)
def not_strict(params, bnmean, bnvar, uniforms, eps=1e-5):
    context, name = [0] * (len(params[1]) // params[0].shape[1]), []
    for u in uniforms:
        probs = next_probs(params, bnmean, bnvar, context, eps)
        name.append(min(int((probs.cumsum(0) < u).sum()), len(probs) - 1))
        context = [*context[1:], name[-1]]
        if name[-1] == 0:
            break
    return name


@sampling.misconception(
    symptom="A number beyond all cumulative probabilities gives the first character instead of the last.",
    question="What does your search return when nothing is found?",
    rule="Rounding may leave a sum of probabilities just below one. Say what happens beyond it.",
)
def none_left_gives_zero(params, bnmean, bnvar, uniforms, eps=1e-5):
    context, name = [0] * (len(params[1]) // params[0].shape[1]), []
    for u in uniforms:
        beyond = next_probs(params, bnmean, bnvar, context, eps).cumsum(0) > u
        name.append(int(beyond.int().argmax()))
        context = [*context[1:], name[-1]]
        if name[-1] == 0:
            break
    return name


@sampling.misconception(
    symptom="The first character is right, and later ones look as if the name had just begun.",
    question="What does the network see at the second step?",
    rule="Each character that you choose becomes part of the next context.",
)
def context_stays(params, bnmean, bnvar, uniforms, eps=1e-5):
    context, name = [0] * (len(params[1]) // params[0].shape[1]), []
    for u in uniforms:
        name.append(first_beyond(next_probs(params, bnmean, bnvar, context, eps), u))
        if name[-1] == 0:
            break
    return name


@sampling.misconception(
    symptom="The first character is right, the second is not.",
    question="At which end of the context stands the newest character?",
    rule="The context is a window over the text: it moves on at the end and lets go at the front.",
)
def enters_at_the_front(params, bnmean, bnvar, uniforms, eps=1e-5):
    context, name = [0] * (len(params[1]) // params[0].shape[1]), []
    for u in uniforms:
        name.append(first_beyond(next_probs(params, bnmean, bnvar, context, eps), u))
        context = [name[-1], *context[:-1]]
        if name[-1] == 0:
            break
    return name


@sampling.misconception(
    symptom="The result doesn't depend on the numbers given.",
    question="Where do the random numbers enter your choice?",
    rule="Sampling follows the probabilities; it doesn't always take the largest.",
)
def most_likely(params, bnmean, bnvar, uniforms, eps=1e-5):
    context, name = [0] * (len(params[1]) // params[0].shape[1]), []
    for _ in uniforms:
        name.append(int(next_probs(params, bnmean, bnvar, context, eps).argmax()))
        context = [*context[1:], name[-1]]
        if name[-1] == 0:
            break
    return name


@sampling.misconception(
    symptom="Often the last character comes out, and small numbers favour the first.",
    question="With what is the number compared: one probability, or the sum of all up to it?",
    rule="Lay the probabilities end to end on a line of length one, and see where the number falls.",
)
def not_cumulative(params, bnmean, bnvar, uniforms, eps=1e-5):
    context, name = [0] * (len(params[1]) // params[0].shape[1]), []
    for u in uniforms:
        probs = next_probs(params, bnmean, bnvar, context, eps)
        larger = (probs > u).nonzero()
        name.append(int(larger[0]) if len(larger) else len(probs) - 1)
        context = [*context[1:], name[-1]]
        if name[-1] == 0:
            break
    return name


@sampling.misconception(
    symptom="Small characters come out too often.",
    question="Do the numbers that you add up sum to one?",
    rule="Exponentials are not probabilities before they are divided by their sum.",
)
def not_normalised(params, bnmean, bnvar, uniforms, eps=1e-5):
    context, name = [0] * (len(params[1]) // params[0].shape[1]), []
    for u in uniforms:
        logits = calibrated_logits(params, bnmean, bnvar, torch.tensor([context]), eps)[0]
        name.append(first_beyond(logits.exp(), u))
        context = [*context[1:], name[-1]]
        if name[-1] == 0:
            break
    return name


@sampling.misconception(
    symptom="The first character is right, and the later ones use its number again.",
    question="Which random number belongs to step t?",
    rule="One number for each step, or the steps are not independent.",
)
def one_number_for_all(params, bnmean, bnvar, uniforms, eps=1e-5):
    context, name = [0] * (len(params[1]) // params[0].shape[1]), []
    for _ in uniforms:
        name.append(first_beyond(next_probs(params, bnmean, bnvar, context, eps), uniforms[0]))
        context = [*context[1:], name[-1]]
        if name[-1] == 0:
            break
    return name


@sampling.misconception(
    symptom="Every name ends at once.",
    question="How large is the batch when you sample, and what is the variance of one number?",
    rule="The unbiased variance of one example is nan, and nan spreads. Use the calibrated statistics.",
)
def batch_statistics_of_one(params, bnmean, bnvar, uniforms, eps=1e-5):
    context, name = [0] * (len(params[1]) // params[0].shape[1]), []
    for u in uniforms:
        statistics = own_statistics(params, torch.tensor([context]))
        probs = next_probs(params, *statistics, context, eps)
        name.append(first_beyond(probs, u))
        context = [*context[1:], name[-1]]
        if name[-1] == 0:
            break
    return name


@sampling.misconception(
    symptom="The answer ignores the eps that it was given.",
    question="What changes in your function when eps changes?",
    rule="An argument with a default is still an argument.",
)
def eps_not_passed_on(params, bnmean, bnvar, uniforms, eps=1e-5):
    context, name = [0] * (len(params[1]) // params[0].shape[1]), []
    for u in uniforms:
        name.append(first_beyond(next_probs(params, bnmean, bnvar, context, 1e-5), u))
        context = [*context[1:], name[-1]]
        if name[-1] == 0:
            break
    return name


# -- the last digit -------------------------------------------------------------------------------------

why_not_exact = open_ended("why_not_exact", file=__file__, examples=1)


def in_float32(answer: tuple[float, float, float]) -> list[Tensor]:
    """The three numbers, rounded to float32."""
    numbers = type(answer) in (tuple, list) and all(isinstance(n, (int, float, Tensor)) for n in answer)
    require(numbers and len(answer) == 3, "three numbers are asked for")
    return [torch.tensor(float(number), dtype=torch.float32) for number in answer]


@why_not_exact.property("consists of three numbers whose size lies between 0.001 and 1000", examples=1)
def ordinary_numbers(answer):
    # The bounds themselves are in, also where float32 rounds 0.001 downwards.
    return bool(in_float32(answer)) and all(0.001 <= abs(float(number)) <= 1000 for number in answer)


@why_not_exact.property("has two different sums in float32", examples=1)
def order_matters(answer):
    a, b, c = in_float32(answer)
    return bool((a + b) + c != a + (b + c))


@why_not_exact.property("has a sum of at least a tenth of its largest number", examples=1)
def no_cancellation(answer):
    a, b, c = in_float32(answer)
    return bool(((a + b) + c).abs() >= 0.1 * torch.stack([a, b, c]).abs().max())


@why_not_exact.alternative
def thousandths():
    return 1000.0, 0.003, 0.0032


@why_not_exact.alternative
def found_by_search():
    generator = torch.Generator().manual_seed(0)
    while True:
        a, b, c = torch.rand(3, generator=generator, dtype=torch.float32) + 0.1
        if (a + b) + c != a + (b + c):
            return a.item(), b.item(), c.item()


@why_not_exact.alternative
def as_a_list_of_tensors():
    return [torch.tensor(number) for number in (-700.0, 0.003, 0.0032)]


@why_not_exact.misconception(
    symptom="The two sums are the same in float32.",
    question="In which precision did you try the numbers?",
    rule="The best known example is one of float64. Each precision rounds in other places.",
)
def float64_example():
    return 0.1, 0.2, 0.3


@why_not_exact.misconception(
    symptom="The numbers are not of ordinary size.",
    question="Would such numbers occur side by side in a gradient?",
    rule="Rounding is no matter of extremes. Numbers that differ by a few powers of ten are enough.",
)
def huge_numbers():
    return 1e20, -1e20, 1.0


@why_not_exact.misconception(
    symptom="The sum is tiny compared with the numbers.",
    question="What is left when two nearly equal numbers are subtracted?",
    rule="Cancellation makes an old rounding visible. Here the order alone should do it.",
)
def cancellation():
    return 1000.0, -1000.0, 0.001


@why_not_exact.misconception(
    symptom="The two sums are the same.",
    question="Which sums are exact in binary?",
    rule="Small whole numbers are added without rounding, in any order.",
)
def whole_numbers():
    return 1.0, 2.0, 3.0


@why_not_exact.misconception(
    symptom="The two sums are the same.",
    question="Are the two small numbers too small even together?",
    rule="Alone, each small number must be lost in the large one; together they must not.",
)
def all_alike():
    return 0.1, 0.1, 0.1
