"""What is true of layer normalisation, of the feed-forward part and of dropout."""

import math

import torch
from torch import Tensor

from dojo.grading import Draw, close, grades, near_zero, one_of

SIZES = {"B": 2, "T": 3, "C": 1}

# -- layer norm -----------------------------------------------------------------------------------------


def vectors(draw: Draw, shape: tuple[int, ...]) -> Tensor:
    """One vector, a row of them, sequences of them or several such batches, with a mean far from zero. Half
    of the cases hold vectors whose variance is as small as 1e-5, where eps matters."""
    B, T, C = (draw.sizes[letter] for letter in "BTC")
    shape = draw.pick([(C,), (T, C), (B, T, C), (B, T, C), (2, B, T, C)])
    values = draw.uniform(*shape).argsort(dim=-1).double()
    if draw.structure.style > 1:
        values += 0.8 * draw.uniform(*shape)
    small = draw.uniform(*shape[:-1], 1) < (0.5 if draw.structure.seed % 2 else 0.0)
    offsets = torch.randint(2, 5, (*shape[:-1], 1), generator=draw.generator)
    return draw.finish((values + offsets) * torch.where(small, 2.0**-9, 1.0))


# With fewer channels, all vectors look alike when they are normalised.
@grades(
    "layer_norm",
    x=vectors,
    eps=one_of(1e-5, 1e-5, 1e-3, 0.1),
    minimum={"B": 1, "T": 2, "C": 4},
    examples=10,
    differentiable=True,
)
def layer_norm(x, gamma, beta, eps):
    return torch.nn.functional.layer_norm(x, gamma.shape, gamma, beta, eps)


@layer_norm.property("has mean zero over each vector, before gamma and beta come in", examples=2)
def means_are_zero(student, x, gamma):
    normed = student(x, torch.ones_like(gamma), torch.zeros_like(gamma))
    return near_zero(normed.mean(-1), scale=10.0)


@layer_norm.property("is the same with more axes in front of the vectors", examples=1)
def however_many_axes(student, x, gamma, beta):
    rows = x.reshape(-1, x.shape[-1])
    many = torch.stack([rows, rows.flip(0)])[:, None]  # (2, 1, N, C)
    expected = torch.nn.functional.layer_norm(many, gamma.shape, gamma, beta)
    more_axes = student(many[:, None, None], gamma, beta)
    return close(student(many, gamma, beta), expected) and close(more_axes, expected[:, None, None])


# Near a million numbers are rounded to 1e-10 of their spread here, and their squares to 1e-4 of its square.
@layer_norm.property("is exact to a millionth for vectors far from zero, too", examples=1)
def far_from_zero(student, gamma, beta):
    steps = 0.7 * torch.arange(len(gamma), dtype=gamma.dtype)
    x = torch.stack([steps, steps.flip(0), 2 * steps]) + 2.0**20
    expected = torch.nn.functional.layer_norm(x - 2.0**20, gamma.shape, gamma, beta)
    error = (student(x, gamma, beta) - expected).abs().max()
    return bool(error <= 1e-6 * expected.abs().max())


@layer_norm.alternative
def with_torch_var(x, gamma, beta, eps=1e-5):
    xmean = x.mean(-1, keepdim=True)
    xvar = x.var(-1, keepdim=True, correction=0)
    return gamma * (x - xmean) / torch.sqrt(xvar + eps) + beta


@layer_norm.alternative
def with_var_mean(x, gamma, beta, eps=1e-5):
    var, mean = torch.var_mean(x, dim=-1, keepdim=True, unbiased=False)
    return torch.addcmul(beta, (x - mean) * torch.rsqrt(var + eps), gamma)


@layer_norm.alternative
def vector_by_vector(x, gamma, beta, eps=1e-5):
    rows = []
    for row in x.reshape(-1, x.shape[-1]):
        diff = row - row.sum() / len(row)
        rows.append(diff / ((diff @ diff) / len(row) + eps).sqrt() * gamma + beta)
    return torch.stack(rows).reshape(x.shape)


@layer_norm.alternative
def by_a_projection(x, gamma, beta, eps=1e-5):
    C = x.shape[-1]
    diff = x @ (torch.eye(C, dtype=x.dtype) - 1 / C)
    return diff / (diff.norm(dim=-1, keepdim=True) ** 2 / C + eps).sqrt() * gamma + beta


@layer_norm.misconception(
    symptom="Columns are normalised, and the vectors are not.",
    question="Along which axis do the numbers of one vector lie?",
    rule="Batchnorm looks down a column, across the batch. Here each vector is alone with its own numbers.",
)
def batch_axis(x, gamma, beta, eps=1e-5):
    diff = x - x.mean(0, keepdim=True)
    return gamma * diff * ((diff**2).mean(0, keepdim=True) + eps) ** -0.5 + beta


@layer_norm.misconception(
    symptom="Two axes are right. With three, numbers of different positions are mixed.",
    question="Which axis is the last one when there are three?",
    rule="Count from the end: then more batch axes in front do no harm.",
)
def axis_one(x, gamma, beta, eps=1e-5):
    dim = min(1, x.dim() - 1)
    diff = x - x.mean(dim, keepdim=True)
    return gamma * diff * ((diff**2).mean(dim, keepdim=True) + eps) ** -0.5 + beta


@layer_norm.misconception(
    symptom="One vector is right, several are not: they share their mean and variance.",
    question="Whose mean does x.mean() without an axis give you?",
    rule="Each vector has statistics of its own, and knows nothing of the others.",
)
def all_axes_together(x, gamma, beta, eps=1e-5):
    diff = x - x.mean()
    return gamma * diff * ((diff**2).mean() + eps) ** -0.5 + beta


@layer_norm.misconception(
    symptom="All numbers are a little too close to beta, most so for few channels.",
    question="What does torch's variance divide by, if it isn't told?",
    rule="Layer norm takes the plain mean of squared distances, as the paper does.",
)
def unbiased_variance(x, gamma, beta, eps=1e-5):
    return gamma * (x - x.mean(-1, keepdim=True)) * (x.var(-1, keepdim=True) + eps) ** -0.5 + beta


@layer_norm.misconception(
    symptom="Ordinary vectors are nearly right, those that hardly vary are far off.",
    question="Is eps added to the variance, or to its root?",
    rule="A small number weighs little beside a variance, and much beside the root of a small variance.",
)
def eps_outside_the_root(x, gamma, beta, eps=1e-5):
    diff = x - x.mean(-1, keepdim=True)
    return gamma * diff / ((diff**2).mean(-1, keepdim=True).sqrt() + eps) + beta


@layer_norm.misconception(
    symptom="Ordinary vectors are nearly right, those that hardly vary come out too large.",
    question="Where does eps come in?",
    rule="Without eps, a vector that hardly varies is blown up to full size, and its noise with it.",
)
def no_eps(x, gamma, beta, eps=1e-5):
    diff = x - x.mean(-1, keepdim=True)
    return gamma * diff * (diff**2).mean(-1, keepdim=True) ** -0.5 + beta


@layer_norm.misconception(
    symptom="It is right for the usual eps, and for that one only.",
    question="Does your code use the number that the caller gives?",
    rule="An argument that isn't used is a promise that isn't kept.",
)
def eps_written_down(x, gamma, beta, eps=1e-5):
    diff = x - x.mean(-1, keepdim=True)
    return gamma * diff * ((diff**2).mean(-1, keepdim=True) + 1e-5) ** -0.5 + beta


@layer_norm.misconception(
    symptom="The mean of the normalised vector is not zero.",
    question="Are there two things to be taken out of a vector, or one?",
    rule="First the mean goes, then the size of what is left.",
)
def mean_left_in(x, gamma, beta, eps=1e-5):
    var = x.var(-1, keepdim=True, correction=0)
    return gamma * x * (var + eps) ** -0.5 + beta


@layer_norm.misconception(
    symptom="Vectors that vary a lot come out too small, and those that hardly vary too large.",
    question="What unit has a variance, if x is in metres?",
    rule="Divide by something in the unit of x.",
)
def divided_by_the_variance(x, gamma, beta, eps=1e-5):
    diff = x - x.mean(-1, keepdim=True)
    return gamma * diff / ((diff**2).mean(-1, keepdim=True) + eps) + beta


@layer_norm.misconception(
    symptom="The result doesn't depend on gamma and beta.",
    question="What lets the network take back the normalisation where that is better?",
    rule="Gain and bias are learned, one of each for every channel.",
)
def no_gain_no_bias(x, gamma, beta, eps=1e-5):
    diff = x - x.mean(-1, keepdim=True)
    return diff * ((diff**2).mean(-1, keepdim=True) + eps) ** -0.5


@layer_norm.misconception(
    symptom="Gain and bias are in each other's place.",
    question="Which of the two scales, and which shifts?",
    rule="gamma is the gain, beta the bias. At initialisation they are one and zero.",
)
def gamma_and_beta_swapped(x, gamma, beta, eps=1e-5):
    diff = x - x.mean(-1, keepdim=True)
    return beta * diff * ((diff**2).mean(-1, keepdim=True) + eps) ** -0.5 + gamma


@layer_norm.misconception(
    symptom="A single vector is right, several fail or get the means of others.",
    question="What shape has a mean that lost its axis, and with what does it line up?",
    rule="Keep the axis that you reduce, so that every vector meets its own mean.",
)
def keepdim_lost(x, gamma, beta, eps=1e-5):
    diff = x - x.mean(-1)
    return gamma * diff * ((diff**2).mean(-1) + eps) ** -0.5 + beta


# -- feed-forward ---------------------------------------------------------------------------------------


def between_steps(draw: Draw, shape: tuple[int, ...]) -> Tensor:
    """Biases with which no hidden unit is exactly 0, where a ReLU has no slope. All else is a multiple of 1,
    or of 0.0025."""
    return draw.normal(*shape) + (0.25 if draw.structure.style <= 1 else 0.001)


@grades(
    "feed_forward",
    minimum=SIZES,
    b1=between_steps,
    act=one_of("relu", "gelu"),
    examples=8,
    differentiable=True,
)
def feed_forward(x, W1, b1, W2, b2, act):
    h = torch.einsum("btc,hc->bth", x, W1) + b1
    share = (h > 0).to(h.dtype) if act == "relu" else 0.5 * (1 + torch.erf(h / math.sqrt(2)))
    return torch.einsum("bth,ch->btc", h * share, W2) + b2


@feed_forward.property("treats every position alone: permuted tokens, permuted results", examples=2)
def token_by_token(student, x, W1, b1, W2, b2):
    order = torch.arange(x.shape[1]).roll(1)
    return close(student(x[:, order], W1, b1, W2, b2), student(x, W1, b1, W2, b2)[:, order])


@feed_forward.property("is that with the ReLU where nothing else is asked for", examples=1)
def relu_by_default(student, x, W1, b1, W2, b2):
    return close(student(x, W1, b1, W2, b2), student(x, W1, b1, W2, b2, act="relu"))


@feed_forward.alternative
def by_functional(x, W1, b1, W2, b2, act="relu"):
    h = torch.nn.functional.linear(x, W1, b1)
    h = torch.nn.functional.relu(h) if act == "relu" else torch.nn.functional.gelu(h, approximate="none")
    return torch.nn.functional.linear(h, W2, b2)


@feed_forward.alternative
def written_out(x, W1, b1, W2, b2, act="relu"):
    h = torch.matmul(x, W1.t()) + b1
    h = h.clamp(min=0) if act == "relu" else h / 2 * (1 + torch.erf(h / 2**0.5))
    return h @ W2.mT + b2


@feed_forward.alternative
def position_by_position(x, W1, b1, W2, b2, act="relu"):
    def one(token):
        h = W1 @ token + b1
        h = torch.maximum(h, torch.zeros_like(h)) if act == "relu" else h * torch.special.ndtr(h)
        return W2 @ h + b2

    return torch.stack([torch.stack([one(token) for token in row]) for row in x])


@feed_forward.misconception(
    symptom="The result is linear in x: twice the input moves it twice as far.",
    question="What are two linear layers in a row worth?",
    rule="Without a bend in between, two matrices are one matrix.",
)
def no_nonlinearity(x, W1, b1, W2, b2, act="relu"):
    return (x @ W1.T + b1) @ W2.T + b2


@feed_forward.misconception(
    symptom="Nothing in the result is clearly below zero.",
    question="After which of the two layers does the nonlinearity come?",
    rule="What goes back to the residual path must be able to take away as well as to add.",
)
def nonlinearity_at_the_end_too(x, W1, b1, W2, b2, act="relu"):
    f = torch.relu if act == "relu" else torch.nn.functional.gelu
    return f(f(x @ W1.T + b1) @ W2.T + b2)


@feed_forward.misconception(
    symptom="Nothing in the result is clearly below zero.",
    question="After which of the two layers does the nonlinearity come?",
    rule="The bend belongs between the two layers. Behind the second one it is too late.",
)
def nonlinearity_at_the_end(x, W1, b1, W2, b2, act="relu"):
    f = torch.relu if act == "relu" else torch.nn.functional.gelu
    return f((x @ W1.T + b1) @ W2.T + b2)


@feed_forward.misconception(
    symptom="Negative inputs have hardly any effect.",
    question="What does the nonlinearity act on: what comes in, or what the first layer makes of it?",
    rule="The hidden units are bent, each at its own threshold. The input is not.",
)
def nonlinearity_first(x, W1, b1, W2, b2, act="relu"):
    f = torch.relu if act == "relu" else torch.nn.functional.gelu
    return (f(x) @ W1.T + b1) @ W2.T + b2


@feed_forward.misconception(
    symptom="The ReLU is right, the GELU is off in the fourth digit.",
    question="Which of the two formulas for the GELU did you take?",
    rule="The form with tanh is an approximation from days when the error function was slow.",
)
def gelu_by_tanh(x, W1, b1, W2, b2, act="relu"):
    h = x @ W1.T + b1
    h = h.relu() if act == "relu" else torch.nn.functional.gelu(h, approximate="tanh")
    return h @ W2.T + b2


@feed_forward.misconception(
    symptom="The ReLU is right, the GELU is not.",
    question="Does your code look at the last argument?",
    rule="The caller chooses the nonlinearity.",
)
def always_relu(x, W1, b1, W2, b2, act="relu"):
    return (x @ W1.T + b1).relu() @ W2.T + b2


@feed_forward.misconception(
    symptom="The result is too large by the input.",
    question="Who adds the result to what came in: this layer, or the block around it?",
    rule="A residual connection stands outside of what it goes around.",
)
def residual_inside(x, W1, b1, W2, b2, act="relu"):
    f = torch.relu if act == "relu" else torch.nn.functional.gelu
    return x + f(x @ W1.T + b1) @ W2.T + b2


@feed_forward.misconception(
    symptom="All positions of a sequence have the same result.",
    question="Is there a mean or a sum over time in your code?",
    rule="Attention lets positions talk. Here each of them thinks for itself.",
)
def mixes_time(x, W1, b1, W2, b2, act="relu"):
    f = torch.relu if act == "relu" else torch.nn.functional.gelu
    return f(x.mean(1, keepdim=True).expand_as(x) @ W1.T + b1) @ W2.T + b2


@feed_forward.misconception(
    symptom="The numbers are those of layers without a bias.",
    question="What does a linear layer have besides its weights?",
    rule="Without biases, all units bend at the same place.",
)
def no_biases(x, W1, b1, W2, b2, act="relu"):
    f = torch.relu if act == "relu" else torch.nn.functional.gelu
    return f(x @ W1.T) @ W2.T


# -- dropout --------------------------------------------------------------------------------------------


def even_noise(draw: Draw, shape: tuple[int, ...]) -> Tensor:
    """Numbers spread evenly from 0 to 1: 0, 0.05, 0.1 and so on, so that some of them are p itself.

    With the last one, something is always kept.
    """
    twentieths = torch.randint(0, 20, shape, generator=draw.generator)
    twentieths.view(-1)[-1] = 19
    return draw.finish(twentieths.double() / 20)


# In evaluation the input itself is the answer, which a trivial answer hits: the property below refutes those.
@grades(
    "dropout",
    noise=even_noise,
    p=one_of(0.1, 0.25, 0.4, 0.8),
    training=one_of(True, True, False),
    minimum=SIZES,
    examples=8,
    may_alias=True,
    may_be_trivial=True,
    differentiable=True,
)
def dropout(x, noise, p, training):
    return torch.where(noise < p, 0.0, x / (1 - p)) if training else x.clone()


@dropout.property("is zero where it drops, and larger than the input where it doesn't", examples=2)
def drops_in_training(student, x, noise, p):
    out, kept = student(x, noise, p), noise >= p  # training is what it does where nothing is said
    return bool((out[~kept] == 0).all()) and bool((out[kept].abs() > x[kept].abs()).all())


@dropout.alternative
def masked(x, noise, p, training=True):
    if not training or p == 0:
        return x.clone()
    mask = (noise >= p).to(x.dtype)
    return mask * x * (1.0 / (1.0 - p))


@dropout.alternative
def filled(x, noise, p, training=True):
    return x.masked_fill(noise < p, 0.0).div(1 - p) if training else x


@dropout.alternative
def entry_by_entry(x, noise, p, training=True):
    out = x.clone()
    for place in torch.cartesian_prod(*(torch.arange(n) for n in x.shape)).tolist() if training else ():
        b, t, c = place
        out[b, t, c] = x[b, t, c] / (1 - p) if noise[b, t, c] >= p else 0.0
    return out


@dropout.misconception(
    symptom="What is kept in training has the size that it had before.",
    question="If a quarter of a sum is missing, how large is the rest on average?",
    rule="What is left is made larger, so that the sum that the next layer makes stays the same on average.",
)
def no_rescale(x, noise, p, training=True):
    return x * (noise >= p) if training else x


@dropout.misconception(
    symptom="Something is still dropped when the network is used.",
    question="Where does your code ask whether this is training?",
    rule="Dropout is noise to learn with. Afterwards the whole network answers.",
)
def active_in_eval(x, noise, p, training=True):
    return x * (noise >= p) / (1 - p)


@dropout.misconception(
    symptom="Training leaves the size as it is, and use makes everything smaller.",
    question="At which of the two times is the size made up for here?",
    rule="Scaling once is enough: either in training, or when the network is used. Here it is in training.",
)
def scaled_in_eval_instead(x, noise, p, training=True):
    return x * (noise >= p) if training else x * (1 - p)


@dropout.misconception(
    symptom="What should be dropped is kept, and the other way round.",
    question="Is p the share that goes, or the share that stays?",
    rule="p is the probability of being dropped. An entry falls where its number is below p.",
)
def p_is_the_share_that_stays(x, noise, p, training=True):
    return x * (noise < p) / p if training else x


@dropout.misconception(
    symptom="The right entries are kept, but what is kept has the wrong size.",
    question="Which share of the entries is still there?",
    rule="Divide by the probability of what happened to them: they were kept.",
)
def scaled_by_p(x, noise, p, training=True):
    return x * (noise >= p) / p if training else x


@dropout.misconception(
    symptom="Training is right. When the network is used, everything is too large.",
    question="What is there to make up for when nothing is missing?",
    rule="Without training this layer does nothing at all.",
)
def scaled_in_eval_too(x, noise, p, training=True):
    return (x * (noise >= p) if training else x) / (1 - p)


@dropout.misconception(
    symptom="Where a random number is p itself, the entry is dropped.",
    question="Which entries go if p is 0 and one of the numbers happens to be 0?",
    rule="Of evenly spread numbers from 0 up to 1, a share of exactly p lies below p.",
)
def p_itself_dropped(x, noise, p, training=True):
    return x * (noise > p) / (1 - p) if training else x


@dropout.misconception(
    symptom="Whole rows of channels fall or stay together.",
    question="How many random numbers decide about one entry, and whose are they?",
    rule="Every entry has a number of its own and falls alone.",
)
def whole_positions(x, noise, p, training=True):
    return x * (noise[..., :1] >= p) / (1 - p) if training else x


@dropout.misconception(
    symptom="The numbers are right, but what the caller handed in has changed.",
    question="Does your line make a new tensor, or does it write into the old one?",
    rule="The input of a layer is needed again, in the backward pass at the latest.",
)
def written_into_the_input(x, noise, p, training=True):
    if training:
        x *= (noise >= p) / (1 - p)
    return x
