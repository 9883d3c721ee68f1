"""What is true of the backward passes of everything in a transformer that is not attention."""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from dojo.grading import Draw, backward_of, close, grades, indices, near_zero, one_of, remote_function


def features(draw: Draw, shape: tuple[int, ...]) -> Tensor:
    """Features of different spread, never all equal; those of one position hardly vary."""
    values = draw.normal(*shape) + 0.25 * torch.arange(shape[-1])
    values[0, 0] *= 2.0**-8
    return draw.finish(values)


# -- layernorm ------------------------------------------------------------------------------------------


def normalised(x: Tensor, eps: float) -> dict[str, Tensor]:
    """What the forward pass keeps."""
    variance, mean = torch.var_mean(x, -1, correction=0, keepdim=True)
    return {"xhat": (x - mean) / (variance + eps).sqrt(), "r": (variance + eps).rsqrt()}


@backward_of(
    "layernorm_backward",
    wrt=("x", "gamma", "beta"),
    upstream="dy",
    x=features,
    eps=one_of(1e-5, 1e-3),
    cache=normalised,
    minimum={"B": 1, "T": 3, "C": 3},  # T >= 3: beside a few rows, (C, C) matrices would cost much
    parts={"dx": (0,), "dgamma": (1,), "dbeta": (2,)},
    examples=6,
)
def layernorm(x: Float[Tensor, "B T C"], gamma, beta: Float[Tensor, "C"], eps):
    return torch.nn.functional.layer_norm(x, gamma.shape, gamma, beta, eps)


@layernorm.property("has a dx whose features sum to zero at every position", examples=1)
def features_sum_to_zero(answer, dy, r):
    return near_zero(answer[0].sum(-1), scale=1 + 100 * float(dy.abs().max() * r.max()))


@layernorm.property("treats every position by itself", examples=1)
def positions_are_independent(student, dy, xhat, r, gamma):
    whole = student(dy, xhat, r, gamma)[0]
    alone = student(dy[:1, 1:2], xhat[:1, 1:2], r[:1, 1:2], gamma)[0]
    return close(whole[:1, 1:2], alone, scale=float(whole.abs().max()))


@layernorm.alternative
def in_atomic_steps(dy, xhat, r, gamma):
    C = dy.shape[-1]
    centred, d = xhat / r, dy * gamma
    dr = (centred * d).sum(-1, keepdim=True)
    dvar = -0.5 * r**3 * dr
    dcentred = r * d + 2 / C * centred * dvar
    dx = dcentred - dcentred.sum(-1, keepdim=True) / C
    return dx, torch.einsum("btc,btc->c", dy, xhat), dy.sum(0).sum(0)


@layernorm.alternative
def by_jacobians(dy, xhat, r, gamma):
    B, T, C = dy.shape
    dx = torch.zeros_like(dy)
    for b in range(B):
        for t in range(T):
            h = xhat[b, t]
            jacobian = r[b, t] * (torch.eye(C, dtype=dy.dtype) - (1 + torch.outer(h, h)) / C)
            dx[b, t] = jacobian @ (gamma * dy[b, t])
    flat = dy.reshape(-1, C)
    return [dx, (flat * xhat.reshape(-1, C)).sum(0), flat.sum(0)]


@layernorm.alternative
def times_C(dy, xhat, r, gamma):
    C = gamma.numel()
    d = gamma[None, None] * dy
    sums = d.sum(2, keepdim=True), (d * xhat).sum(2, keepdim=True)
    dx = r / C * (C * d - sums[0] - xhat * sums[1])
    ones = torch.ones(dy.shape[0] * dy.shape[1], dtype=dy.dtype)
    return dx, ones @ (dy * xhat).flatten(0, 1), ones @ dy.flatten(0, 1)


def parameters_of(dy, xhat):
    return (dy * xhat).sum((0, 1)), dy.sum((0, 1))


@layernorm.misconception(
    symptom="dx is off feature by feature, as if the gain were one.",
    question="Is what comes in the gradient of xhat, or that of y?",
    rule="A factor of the forward pass scales the gradient that passes through it, before anything else.",
)
def no_gamma(dy, xhat, r, gamma):
    dx = r * (dy - dy.mean(-1, keepdim=True) - xhat * (dy * xhat).mean(-1, keepdim=True))
    return dx, *parameters_of(dy, xhat)


@layernorm.misconception(
    symptom="The features of dx don't sum to zero, though every term is there.",
    question="May a factor that differs from feature to feature be pulled out of a mean over features?",
    rule="In batchnorm the gain is constant along the axis of the means. Here it is not, so it stays inside.",
)
def gamma_pulled_out(dy, xhat, r, gamma):
    dx = r * gamma * (dy - dy.mean(-1, keepdim=True) - xhat * (dy * xhat).mean(-1, keepdim=True))
    return dx, *parameters_of(dy, xhat)


@layernorm.misconception(
    symptom="The features of dx don't sum to zero: each position is off by a constant.",
    question="How many arrows leave each feature?",
    rule="The mean listens to every feature, and it sends something back to every feature.",
)
def no_mean_term(dy, xhat, r, gamma):
    d = dy * gamma
    return r * (d - xhat * (d * xhat).mean(-1, keepdim=True)), *parameters_of(dy, xhat)


@layernorm.misconception(
    symptom="The features of dx sum to zero, but they still point along xhat.",
    question="How many arrows leave each feature?",
    rule="The variance listens to every feature, and it sends something back to every feature.",
)
def no_xhat_term(dy, xhat, r, gamma):
    d = dy * gamma
    return r * (d - d.mean(-1, keepdim=True)), *parameters_of(dy, xhat)


@layernorm.misconception(
    symptom="No feature of dx knows of the gradients of the other features.",
    question="Does the normalised value of one feature depend on the other features of its position?",
    rule="A step that mixes entries has a full Jacobian. Its diagonal alone is not the derivative.",
)
def diagonal_only(dy, xhat, r, gamma):
    d, C = dy * gamma, dy.shape[-1]
    return r * d * (1 - 1 / C - xhat**2 / C), *parameters_of(dy, xhat)


@layernorm.misconception(
    symptom="dx is close, closer for more features, and right for none; its features do sum to zero.",
    question="With which divisor does LayerNorm take the variance?",
    rule="Each divisor has its own formula. That of the forward pass decides.",
)
def divided_by_one_less(dy, xhat, r, gamma):
    d = dy * gamma
    along = (d * xhat).sum(-1, keepdim=True) / (dy.shape[-1] - 1)
    return r * (d - d.mean(-1, keepdim=True) - xhat * along), *parameters_of(dy, xhat)


@layernorm.misconception(
    symptom="A change of the gradient at one position changes dx at the others.",
    question="Which axis did the forward pass normalise over?",
    rule="Batchnorm mixes examples, LayerNorm mixes features. The means of the backward pass do the same.",
)
def means_over_time(dy, xhat, r, gamma):
    d = dy * gamma
    return r * (d - d.mean(1, keepdim=True) - xhat * (d * xhat).mean(1, keepdim=True)), *parameters_of(
        dy, xhat
    )


@layernorm.misconception(
    symptom="A change of the gradient in one example changes dx in the others.",
    question="Which axis did the forward pass normalise over?",
    rule="This is batchnorm's backward pass. Exchange the roles of rows and columns.",
)
def means_over_the_batch(dy, xhat, r, gamma):
    d = dy * gamma
    means = d.mean((0, 1)), (d * xhat).mean((0, 1))
    return r * (d - means[0] - xhat * means[1]), *parameters_of(dy, xhat)


@layernorm.misconception(
    symptom="dx is off by a factor at each position, and it is that position's scale.",
    question="By what was the distance from the mean multiplied in the forward pass?",
    rule="What normalises the values also scales the gradient that passes through it.",
)
def no_scale(dy, xhat, r, gamma):
    d = dy * gamma
    dx = d - d.mean(-1, keepdim=True) - xhat * (d * xhat).mean(-1, keepdim=True)
    return dx, *parameters_of(dy, xhat)


@layernorm.misconception(
    symptom="The two subtracted terms of dx are too large, the more so the more features there are.",
    question="Which divisor did the mean and the variance bring with them?",
    rule="A sum over features and a mean over features differ by their number. Keep the divisor.",
)
def sums_for_means(dy, xhat, r, gamma):
    d = dy * gamma
    dx = r * (d - d.sum(-1, keepdim=True) - xhat * (d * xhat).sum(-1, keepdim=True))
    return dx, *parameters_of(dy, xhat)


@layernorm.misconception(
    symptom="dx is right; the gradients of gain and bias still have the axis of time.",
    question="At how many places is one gain used?",
    rule="A parameter that is stretched over examples and positions collects from all of both.",
)
def parameters_summed_over_the_batch_only(dy, xhat, r, gamma):
    d = dy * gamma
    dx = r * (d - d.mean(-1, keepdim=True) - xhat * (d * xhat).mean(-1, keepdim=True))
    return dx, (dy * xhat).sum(0), dy.sum(0)


@layernorm.misconception(
    symptom="dx is right; dgamma is the same as dbeta would be, times the gain.",
    question="What stood beside gamma in the forward line?",
    rule="In a product, each factor's gradient holds the other factor.",
)
def dgamma_with_gamma(dy, xhat, r, gamma):
    d = dy * gamma
    dx = r * (d - d.mean(-1, keepdim=True) - xhat * (d * xhat).mean(-1, keepdim=True))
    return dx, d.sum((0, 1)), dy.sum((0, 1))


@layernorm.misconception(
    symptom="dx is right; the gradients of gain and bias are off by the gain.",
    question="Which gradient reaches gain and bias: the one of y, or the one of xhat?",
    rule="Take a parameter's gradient at the line where the parameter stands.",
)
def parameters_from_dxhat(dy, xhat, r, gamma):
    d = dy * gamma
    dx = r * (d - d.mean(-1, keepdim=True) - xhat * (d * xhat).mean(-1, keepdim=True))
    return dx, *parameters_of(d, xhat)


@layernorm.misconception(
    symptom="dx is right; dgamma and dbeta stand in each other's place.",
    question="Which of the two parameters is added, and which multiplies?",
    rule="Parts of the same shape change places without a word. Name them before you return them.",
)
def gamma_and_beta_swapped(dy, xhat, r, gamma):
    d = dy * gamma
    dx = r * (d - d.mean(-1, keepdim=True) - xhat * (d * xhat).mean(-1, keepdim=True))
    return dx, dy.sum((0, 1)), (dy * xhat).sum((0, 1))


@layernorm.misconception(
    symptom="The numbers are right, but the incoming gradient has changed afterwards.",
    question="Which of your lines write into a tensor that you were given?",
    rule="The gradient that comes in belongs to the caller, who may need it for other branches.",
)
def gain_applied_in_place(dy, xhat, r, gamma):
    dgamma, dbeta = parameters_of(dy, xhat)
    dy *= gamma
    dx = r * (dy - dy.mean(-1, keepdim=True) - xhat * (dy * xhat).mean(-1, keepdim=True))
    return dx, dgamma, dbeta


# -- activations ----------------------------------------------------------------------------------------


@backward_of("relu_backward", wrt="x", upstream="dy", minimum={"B": 1}, examples=6)
def relu(x):
    return torch.relu(x)


@relu.alternative
def masked_clone(dy, x):
    dx = dy.clone()
    dx[x < 0] = 0
    return dx


@relu.alternative
def times_a_step(dy, x):
    return dy * (1 + x.sign()) / 2


@relu.alternative
def entry_by_entry(dy, x):
    dx = torch.zeros_like(dy).flatten()
    for i, (g, value) in enumerate(zip(dy.flatten(), x.flatten(), strict=True)):
        dx[i] = g if value > 0 else 0.0
    return dx.view_as(dy)


@relu.misconception(
    symptom="Where the input was positive, the gradient is off by the input itself.",
    question="Does the slope of a ReLU depend on how far above zero the input is?",
    rule="The backward pass multiplies by the slope of the function, not by its value.",
)
def relu_value_for_slope(dy, x):
    return dy * torch.relu(x)


@relu.misconception(
    symptom="Negative gradients have vanished, wherever they came from.",
    question="What decides whether a gradient passes: its own sign, or the sign of the input?",
    rule="A gate was opened or closed in the forward pass. The backward pass only remembers it.",
)
def relu_of_the_gradient(dy, x):
    return torch.relu(dy)


@relu.misconception(
    symptom="Negative gradients have vanished even where the input was positive.",
    question="May a gradient be negative?",
    rule="A gradient has any sign. Only the input decides whether it passes.",
)
def relu_both_gates(dy, x):
    return torch.relu(dy) * (x > 0)


@relu.misconception(
    symptom="Gradients pass exactly where they should not.",
    question="On which side of zero is the function flat?",
    rule="Where the output doesn't move, nothing comes back.",
)
def relu_wrong_side(dy, x):
    return dy * (x < 0)


@relu.misconception(
    symptom="The result has no trace of the incoming gradient: it holds zeros and ones.",
    question="What is the other factor of the chain rule?",
    rule="A slope alone is not a gradient of the loss. It multiplies what comes in.",
)
def relu_slope_alone(dy, x):
    return (x > 0).to(x.dtype)


@relu.misconception(
    symptom="The numbers are right, but the incoming gradient has changed afterwards.",
    question="Which of your lines write into a tensor that you were given?",
    rule="Change a copy. The gradient that comes in belongs to the caller.",
)
def relu_in_place(dy, x):
    dy[x < 0] = 0
    return dy


@backward_of("gelu_exact_backward", wrt="x", upstream="dy", minimum={"B": 1}, examples=6)
def gelu_exact(x):
    return torch.nn.functional.gelu(x)


@gelu_exact.property("passes everything on far above zero, and nothing far below", examples=1)
def straight_far_away(student, dy):
    return lets_through_far_above(student, dy)


def lets_through_far_above(student, dy):
    """Where the function is a straight line; a measured slope is only as good as the rounding there."""
    far = torch.full_like(dy, 2.0**27)
    gap = (student(dy, far) - dy).abs().max() + student(dy, -far).abs().max()
    return near_zero(gap, scale=float(dy.abs().max()))


def cdf(x):
    return 0.5 * (1 + torch.erf(x / math.sqrt(2)))


def pdf(x):
    return torch.exp(-x * x / 2) / math.sqrt(2 * math.pi)


@gelu_exact.alternative
def by_ndtr(dy, x):
    return dy * torch.special.ndtr(x) + dy * x * (-(x**2) / 2).exp() * (2 * math.pi) ** -0.5


@gelu_exact.alternative
def product_rule_of_erf(dy, x):
    z = x / 2**0.5
    derf = 2 / math.pi**0.5 * torch.exp(-(z**2)) / 2**0.5
    return (0.5 * torch.erfc(-z) + 0.5 * x * derf) * dy


@gelu_exact.alternative
def scalar_loop(dy, x):
    slopes = [
        0.5 * (1 + math.erf(v / math.sqrt(2))) + v * math.exp(-v * v / 2) / math.sqrt(2 * math.pi)
        for v in x.flatten().tolist()
    ]
    return dy * torch.tensor(slopes, dtype=x.dtype).reshape(x.shape)


@gelu_exact.misconception(
    symptom="Your slope is right to about three digits and no further.",
    question="Of which of the two functions called GELU is this the slope?",
    rule="An approximation has a slope of its own. Differentiate the function that the forward pass used.",
)
def slope_of_the_tanh_form(dy, x):
    k = math.sqrt(2 / math.pi)
    t = torch.tanh(k * (x + 0.044715 * x**3))
    return dy * (0.5 * (1 + t) + 0.5 * x * (1 - t**2) * k * (1 + 3 * 0.044715 * x**2))


@gelu_exact.misconception(
    symptom="Your slope is that of the approximation by a logistic curve.",
    question="Where does the number 1.702 come from?",
    rule="An approximation has a slope of its own. Differentiate the function that the forward pass used.",
)
def slope_of_the_sigmoid_form(dy, x):
    s = torch.sigmoid(1.702 * x)
    return dy * (s + 1.702 * x * s * (1 - s))


@gelu_exact.misconception(
    symptom="Your slope never leaves the range from 0 to 1.",
    question="In how many places does x stand in x * Phi(x)?",
    rule="A product of two functions of x has a slope of two terms.",
)
def first_term_only(dy, x):
    return dy * cdf(x)


@gelu_exact.misconception(
    symptom="Your slope goes to zero for large x, where GELU is nearly the identity.",
    question="In how many places does x stand in x * Phi(x)?",
    rule="A product of two functions of x has a slope of two terms.",
)
def second_term_only(dy, x):
    return dy * x * pdf(x)


@gelu_exact.misconception(
    symptom="For x = 1 the slope is right; elsewhere the second term is off by x.",
    question="Which factor stays as it is when the other one is differentiated?",
    rule="Product rule: each term differentiates one factor and keeps the other.",
)
def density_without_x(dy, x):
    return dy * (cdf(x) + pdf(x))


@gelu_exact.misconception(
    symptom="The result grows with x: it follows GELU itself.",
    question="Did you multiply by the slope of the function, or by its value?",
    rule="The backward pass needs the derivative. The value was needed on the way there only.",
)
def gelu_value_for_slope(dy, x):
    return dy * x * cdf(x)


@gelu_exact.misconception(
    symptom="The second term falls off too fast away from zero.",
    question="What does the density of a standard normal number look like, exponent included?",
    rule="Differentiate with care for the inner function: erf is taken of x over the root of two.",
)
def exponent_without_half(dy, x):
    return dy * (cdf(x) + x * torch.exp(-x * x) / math.sqrt(2 * math.pi))


@gelu_exact.misconception(
    symptom="The second term is too large by a constant factor of about 2.5.",
    question="Does the area under your density equal one?",
    rule="A density carries a constant in front, and it doesn't go away in the slope.",
)
def density_not_normalised(dy, x):
    return dy * (cdf(x) + x * torch.exp(-x * x / 2))


@gelu_exact.misconception(
    symptom="The second term is too large by the root of two.",
    question="What is the derivative of the argument of erf?",
    rule="Chain rule: the slope of the outer function, times the slope of what stands inside.",
)
def inner_slope_of_erf_missing(dy, x):
    return dy * (cdf(x) + x * torch.exp(-x * x / 2) / math.sqrt(math.pi))


@backward_of("gelu_tanh_backward", wrt="x", upstream="dy", minimum={"B": 1}, examples=6)
def gelu_tanh(x):
    return torch.nn.functional.gelu(x, approximate="tanh")


@gelu_tanh.property("passes everything on far above zero, and nothing far below", examples=1)
def just_as_straight_far_away(student, dy):
    return lets_through_far_above(student, dy)


def inner_tanh(x):
    return torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))


@gelu_tanh.alternative
def as_a_logistic_curve(dy, x):
    k = 2 * math.sqrt(2 / math.pi)
    s = torch.sigmoid(k * (x + 0.044715 * x**3))
    return dy * (s + x * s * (1 - s) * k * (1 + 0.134145 * x**2))


@gelu_tanh.alternative
def by_cosh(dy, x):
    k = (2 / math.pi) ** 0.5
    z = k * (x + 0.044715 * x.pow(3))
    return 0.5 * dy * (1 + z.tanh() + x * k * (1 + 3 * 0.044715 * x.square()) / z.cosh() ** 2)


@gelu_tanh.alternative
def step_by_step_back(dy, x):
    k = math.sqrt(2 / math.pi)
    t = torch.tanh(k * x + k * 0.044715 * x * x * x)
    dx = 0.5 * (1 + t) * dy
    dt = 0.5 * x * dy
    dz = (1 - t * t) * dt
    dx += k * dz
    dx += 3 * k * 0.044715 * x * x * dz
    return dx


@gelu_tanh.misconception(
    symptom="Your slope is right to about three digits and no further.",
    question="Of which of the two functions called GELU is this the slope?",
    rule="An approximation has a slope of its own. Differentiate the function that the forward pass used.",
)
def slope_of_the_exact_form(dy, x):
    return dy * (cdf(x) + x * pdf(x))


@gelu_tanh.misconception(
    symptom="Your slope never leaves the range from 0 to 1.",
    question="In how many places does x stand in the forward line?",
    rule="A product of two functions of x has a slope of two terms.",
)
def tanh_held_fixed(dy, x):
    return dy * 0.5 * (1 + inner_tanh(x))


@gelu_tanh.misconception(
    symptom="The second term is off, and the polynomial inside the tanh has left no trace in it.",
    question="What is inside the tanh, and what is its slope?",
    rule="Chain rule: the slope of the outer function, times the slope of what stands inside.",
)
def inner_slope_missing(dy, x):
    t = inner_tanh(x)
    return dy * (0.5 * (1 + t) + 0.5 * x * (1 - t**2))


@gelu_tanh.misconception(
    symptom="The second term is off by a constant factor of about 0.8.",
    question="Which constant multiplies the whole argument of the tanh?",
    rule="A constant inside comes out in front when you differentiate.",
)
def outer_constant_missing(dy, x):
    t = inner_tanh(x)
    return dy * (0.5 * (1 + t) + 0.5 * x * (1 - t**2) * (1 + 3 * 0.044715 * x**2))


@gelu_tanh.misconception(
    symptom="The second term is slightly off, more so for large x.",
    question="What is the slope of a cube?",
    rule="A power comes down as a factor when it is lowered by one.",
)
def three_of_the_cube_missing(dy, x):
    t, k = inner_tanh(x), math.sqrt(2 / math.pi)
    return dy * (0.5 * (1 + t) + 0.5 * x * (1 - t**2) * k * (1 + 0.044715 * x**2))


@gelu_tanh.misconception(
    symptom="The second term is off, most for negative x.",
    question="Is the slope of tanh written with its value or with the square of its value?",
    rule="The neat form of this slope is even: it is the same for t and for minus t.",
)
def tanh_slope_not_squared(dy, x):
    t, k = inner_tanh(x), math.sqrt(2 / math.pi)
    return dy * (0.5 * (1 + t) + 0.5 * x * (1 - t) * k * (1 + 3 * 0.044715 * x**2))


@gelu_tanh.misconception(
    symptom="The second term doesn't carry the x that stands in front of the bracket.",
    question="Which factor stays as it is when the other one is differentiated?",
    rule="Product rule: each term differentiates one factor and keeps the other.",
)
def second_term_without_x(dy, x):
    t, k = inner_tanh(x), math.sqrt(2 / math.pi)
    return dy * (0.5 * (1 + t) + 0.5 * (1 - t**2) * k * (1 + 3 * 0.044715 * x**2))


# -- the perceptron of a block --------------------------------------------------------------------------


def hidden_layer(x: Tensor, W1: Tensor, b1: Tensor) -> dict[str, Tensor]:
    """What the forward pass keeps."""
    u = x @ W1.T + b1
    return {"u": u, "a": torch.nn.functional.gelu(u)}


def small(draw: Draw, shape: tuple[int, ...]) -> Tensor:
    """Weights that keep most hidden units where GELU is curved."""
    return 0.3 * draw.normal(*shape)


@grades(
    "mlp_backward",
    upstream="dy",
    W1=small,
    b1=small,
    cache=hidden_layer,
    minimum={"B": 1, "T": 2, "C": 3, "F": 4},
    parts={"W2": ("W2",), "b2": ("b2",), "W1": ("W1",), "b1": ("b1",), "x": ("x",)},
    examples=6,
)
def mlp(dy, x, W1, b1: Float[Tensor, "F"], W2):
    leaves = {"x": x, "W1": W1, "b1": b1, "W2": W2, "b2": torch.zeros(len(W2), dtype=x.dtype)}
    leaves = {name: leaf.detach().clone().requires_grad_() for name, leaf in leaves.items()}
    linear = torch.nn.functional.linear
    with torch.enable_grad():
        a = torch.nn.functional.gelu(linear(leaves["x"], leaves["W1"], leaves["b1"]))
        total = (dy * linear(a, leaves["W2"], leaves["b2"])).sum()
    return dict(zip(leaves, torch.autograd.grad(total, list(leaves.values())), strict=True))


@mlp.alternative
def flattened(dy, x, W1, u, a, W2):
    rows, xs, us, hidden = (z.flatten(0, 1) for z in (dy, x, u, a))
    du = rows @ W2 * (cdf(us) + us * pdf(us))
    return {
        "x": (du @ W1).view_as(x),
        "W1": du.T @ xs,
        "b1": du.sum(0),
        "W2": rows.T @ hidden,
        "b2": rows.sum(0),
    }


@mlp.alternative
def token_by_token(dy, x, W1, u, a, W2):
    grads = {"W1": torch.zeros_like(W1), "W2": torch.zeros_like(W2), "x": torch.zeros_like(x)}
    grads |= {"b1": torch.zeros_like(W1[:, 0]), "b2": torch.zeros_like(W2[:, 0])}
    for b in range(x.shape[0]):
        for t in range(x.shape[1]):
            du = (W2.T @ dy[b, t]) * (cdf(u[b, t]) + u[b, t] * pdf(u[b, t]))
            grads["x"][b, t] = W1.T @ du
            grads["W1"] += torch.outer(du, x[b, t])
            grads["b1"] += du
            grads["W2"] += torch.outer(dy[b, t], a[b, t])
            grads["b2"] += dy[b, t]
    return grads


@mlp.alternative
def other_products(dy, x, W1, u, a, W2):
    da = torch.einsum("btc,cf->btf", dy, W2)
    du = da * torch.special.ndtr(u) + da * u * pdf(u)
    ones = torch.ones(dy.shape[:2], dtype=dy.dtype)
    return {
        "b1": torch.einsum("bt,btf->f", ones, du),
        "W1": (du.mT @ x).sum(0),
        "x": torch.einsum("btf,fc->btc", du, W1),
        "b2": torch.einsum("bt,btc->c", ones, dy),
        "W2": (dy.mT @ a).sum(0),
    }


def mlp_pieces(dy, x, W1, du, a):
    return {
        "x": du @ W1,
        "W1": torch.einsum("btf,btc->fc", du, x),
        "b1": du.sum((0, 1)),
        "W2": torch.einsum("btc,btf->cf", dy, a),
        "b2": dy.sum((0, 1)),
    }


@mlp.misconception(
    symptom="W2 and b2 are right; from b1 on everything is wrong.",
    question="Which line of the forward pass stands between u and a?",
    rule="Mirror every line. A step without parameters has a slope all the same.",
)
def activation_skipped(dy, x, W1, u, a, W2):
    return mlp_pieces(dy, x, W1, dy @ W2, a)


@mlp.misconception(
    symptom="W2 and b2 are right; the slope of the activation was taken at the wrong place.",
    question="At which variable did the forward pass apply the activation: u or a?",
    rule="The slope of a function belongs to its input, unless you have rewritten it for its output.",
)
def slope_at_the_output(dy, x, W1, u, a, W2):
    return mlp_pieces(dy, x, W1, dy @ W2 * (cdf(a) + a * pdf(a)), a)


@mlp.misconception(
    symptom="W2 and b2 are right; from b1 on the gradients are right for no hidden unit near zero.",
    question="Is the activation of this perceptron a ReLU?",
    rule="A hard gate and a soft one agree far from zero only.",
)
def slope_of_relu(dy, x, W1, u, a, W2):
    return mlp_pieces(dy, x, W1, dy @ W2 * (u > 0), a)


@mlp.misconception(
    symptom="W2 and b2 are right, and everything from b1 on agrees to about three digits.",
    question="Of which of the two functions called GELU is this the slope?",
    rule="An approximation has a slope of its own. Differentiate the function that the forward pass used.",
)
def mlp_slope_of_the_tanh_form(dy, x, W1, u, a, W2):
    t, k = inner_tanh(u), math.sqrt(2 / math.pi)
    slope = 0.5 * (1 + t) + 0.5 * u * (1 - t**2) * k * (1 + 3 * 0.044715 * u**2)
    return mlp_pieces(dy, x, W1, dy @ W2 * slope, a)


@mlp.misconception(
    symptom="Everything is right but W2.",
    question="Which variable met W2 in the forward pass: the one before the activation or the one after?",
    rule="A weight's gradient holds what the weight was multiplied by.",
)
def W2_from_before_the_activation(dy, x, W1, u, a, W2):
    grads = mlp_pieces(dy, x, W1, dy @ W2 * (cdf(u) + u * pdf(u)), a)
    return grads | {"W2": torch.einsum("btc,btf->cf", dy, u)}


@mlp.misconception(
    symptom="Everything is right but x: the incoming gradient was added to it.",
    question="Does this forward pass add its input to its output?",
    rule="The skip connection belongs to the block, not to the perceptron. It will come in its own exercise.",
)
def residual_added(dy, x, W1, u, a, W2):
    grads = mlp_pieces(dy, x, W1, dy @ W2 * (cdf(u) + u * pdf(u)), a)
    return grads | {"x": grads["x"] + dy}


@mlp.misconception(
    symptom="Everything is right but b1.",
    question="Is b1 added before the activation or after it?",
    rule="Take a bias's gradient at the line where the bias stands.",
)
def b1_after_the_activation(dy, x, W1, u, a, W2):
    grads = mlp_pieces(dy, x, W1, dy @ W2 * (cdf(u) + u * pdf(u)), a)
    return grads | {"b1": (dy @ W2).sum((0, 1))}


@mlp.misconception(
    symptom="x is right; the gradients of all weights and biases are too small by the same factor.",
    question="Is there an average in this forward pass?",
    rule="The average of the loss is already in what comes in. Parameters collect sums.",
)
def parameters_averaged(dy, x, W1, u, a, W2):
    grads = mlp_pieces(dy, x, W1, dy @ W2 * (cdf(u) + u * pdf(u)), a)
    count = dy.shape[0] * dy.shape[1]
    return {name: grad if name == "x" else grad / count for name, grad in grads.items()}


@mlp.misconception(
    symptom="The gradients of the weights still have the axis of the batch.",
    question="Is there one W1 for each example, or one for all?",
    rule="A parameter that is used by all examples and positions collects from all of both.",
)
def weights_for_each_example(dy, x, W1, u, a, W2):
    grads = mlp_pieces(dy, x, W1, dy @ W2 * (cdf(u) + u * pdf(u)), a)
    return grads | {"W1": (dy @ W2 * (cdf(u) + u * pdf(u))).mT @ x, "W2": dy.mT @ a}


# -- embeddings -----------------------------------------------------------------------------------------

VOCABULARY = {"B": 1, "T": 2, "C": 2, "V": 3}


def words(draw: Draw, shape: tuple[int, ...]) -> Tensor:
    """Ids of which one occurs twice in an example and again in another; often the last id is unused."""
    used = draw.sizes["V"] - 1 + draw.structure.sizes % 2
    ids = torch.randint(0, used, shape, generator=draw.generator)
    ids[0, 1] = ids[-1, -1] = ids[0, 0]
    return ids


@backward_of(
    "token_embedding_backward",
    wrt="E",
    upstream="dout",
    ids=words,
    minimum=VOCABULARY,
    largest={"B": 3, "T": 4, "C": 4, "V": 5},
    every=True,  # so that the last id is used and is not
    examples=4,
)
def token_embedding(E: Float[Tensor, "V C"], ids):
    return E[ids]


@token_embedding.property("is zero in the rows of ids that don't occur", examples=1)
def unused_rows_are_zero(answer, ids, V):
    return all(bool((answer[i] == 0).all()) for i in range(V) if i not in ids)


@token_embedding.alternative
def double_loop(dout, ids, V):
    dE = torch.zeros(V, dout.shape[2])
    for b in range(ids.shape[0]):
        for t in range(ids.shape[1]):
            dE[ids[b, t]] += dout[b, t]
    return dE.to(dout.dtype)


@token_embedding.alternative
def one_hot_product(dout, ids, V):
    onehot = torch.nn.functional.one_hot(ids, V).to(dout.dtype)
    return torch.einsum("btv,btc->vc", onehot, dout)


@token_embedding.alternative
def by_index_put(dout, ids, V):
    return torch.zeros(V, dout.size(-1), dtype=dout.dtype).index_put_((ids,), dout, accumulate=True)


@token_embedding.alternative
def row_by_row(dout, ids, V):
    return torch.stack([dout[ids == i].sum(0) for i in range(V)])


@token_embedding.misconception(
    symptom="Rows of ids that occur more than once hold the gradient of one occurrence only.",
    question="What happens when the same row is written twice?",
    rule="A row that is used many times collects from every use. Writing is not adding.",
)
def written_not_added(dout, ids, V):
    dE = torch.zeros(V, dout.shape[2], dtype=dout.dtype)
    dE[ids] = dout
    return dE


@token_embedding.misconception(
    symptom="Two uses inside one example are counted once, those in different examples are added.",
    question="Does an in-place addition with a list of rows add a row twice that is twice in the list?",
    rule="With repeated indices, += reads once and writes once for each row.",
)
def added_once_an_example(dout, ids, V):
    dE = torch.zeros(V, dout.shape[2], dtype=dout.dtype)
    for b in range(len(ids)):
        dE[ids[b]] += dout[b]
    return dE


@token_embedding.misconception(
    symptom="Rows of ids that occur more than once are too small by the number of times.",
    question="If a word is used twice as often, does its row move half as far each time?",
    rule="Uses add up. The average over positions was taken in the loss already.",
)
def averaged_over_uses(dout, ids, V):
    onehot = torch.nn.functional.one_hot(ids, V).to(dout.dtype)
    return torch.einsum("btv,btc->vc", onehot, dout) / onehot.sum((0, 1)).clamp(min=1)[:, None]


@token_embedding.misconception(
    symptom="The rows hold gradients of other positions than those where their id stands.",
    question="In which order does each of your two flattened tensors list examples and positions?",
    rule="Two tensors that are flattened to be paired must be flattened along the same axes first.",
)
def paired_in_the_wrong_order(dout, ids, V):
    dE = torch.zeros(V, dout.shape[2], dtype=dout.dtype)
    return dE.index_add(0, ids.T.flatten(), dout.flatten(0, 1))


@token_embedding.misconception(
    symptom="The table has too few rows when the last ids don't occur in the batch.",
    question="How many rows has the table, whatever the batch holds?",
    rule="A gradient has the shape of its variable, unused rows included.",
)
def rows_that_occur_only(dout, ids, V):
    dE = torch.zeros(int(ids.max()) + 1, dout.shape[2], dtype=dout.dtype)
    return dE.index_add(0, ids.flatten(), dout.flatten(0, 1))


@token_embedding.misconception(
    symptom="The numbers look right, but they come out as float32 where the inputs are float64.",
    question="Which of your lines chooses a dtype by itself?",
    rule="A gradient has the dtype of its variable. Ask the inputs for it.",
)
def table_in_float32(dout, ids, V):
    dE = torch.zeros(V, dout.shape[2], dtype=torch.float32)
    return dE.index_add(0, ids.flatten(), dout.flatten(0, 1).float())


def room_for_more(draw: Draw, shape: tuple[int, ...]) -> int:
    """As many positions as the text has, or more; each for some of the size tuples."""
    return draw.sizes["T"] + (3, 0, 1)[draw.structure.sizes % 3]


@grades(
    "position_embedding_backward",
    upstream="dout",
    block_size=room_for_more,
    minimum={"B": 1},
    largest={"B": 3, "T": 4, "C": 4},
    every=True,  # so that tables with and without rows to spare come
    examples=4,
)
def position_embedding(dout, block_size):
    table = torch.zeros(block_size, dout.shape[2], dtype=dout.dtype, requires_grad=True)
    with torch.enable_grad():
        total = (dout * table[: dout.shape[1]]).sum()
    return torch.autograd.grad(total, table)[0]


@position_embedding.alternative
def padded(dout, block_size):
    return torch.nn.functional.pad(dout.sum(0), (0, 0, 0, block_size - dout.shape[1]))


@position_embedding.alternative
def one_position_at_a_time(dout, block_size):
    rows = [torch.zeros(dout.shape[2], dtype=dout.dtype) for _ in range(block_size)]
    for example in dout:
        for t, d in enumerate(example):
            rows[t] = rows[t] + d
    return torch.stack(rows)


@position_embedding.alternative
def concatenated(dout, block_size):
    _, T, C = dout.shape
    return torch.cat([torch.einsum("btc->tc", dout), torch.zeros(block_size - T, C, dtype=dout.dtype)])


@position_embedding.alternative
def as_a_lookup(dout, block_size):
    B, T, C = dout.shape
    positions = torch.arange(T).repeat(B)
    return torch.zeros(block_size, C, dtype=dout.dtype).index_add_(0, positions, dout.reshape(B * T, C))


@position_embedding.misconception(
    symptom="Only the first example has an influence on the result.",
    question="How many examples add the same row of the table?",
    rule="What broadcasting copies in the forward pass is summed in the backward pass.",
)
def first_example_only(dout, block_size):
    dP = torch.zeros(block_size, dout.shape[2], dtype=dout.dtype)
    dP[: dout.shape[1]] = dout[0]
    return dP


@position_embedding.misconception(
    symptom="The result still has the axis of the batch.",
    question="Is there one table for each example, or one for all?",
    rule="What broadcasting copies in the forward pass is summed in the backward pass.",
)
def not_summed_over_the_batch(dout, block_size):
    dP = torch.zeros(dout.shape[0], block_size, dout.shape[2], dtype=dout.dtype)
    dP[:, : dout.shape[1]] = dout
    return dP


@position_embedding.misconception(
    symptom="The result is too small by the size of the batch.",
    question="Is there an average in this forward step?",
    rule="The average of the loss is already in what comes in. Copies add up.",
)
def averaged_over_the_batch(dout, block_size):
    dP = torch.zeros(block_size, dout.shape[2], dtype=dout.dtype)
    dP[: dout.shape[1]] = dout.mean(0)
    return dP


@position_embedding.misconception(
    symptom="The result has T rows, also where the table has more.",
    question="What is the gradient of a row that was never read?",
    rule="A gradient has the shape of its variable, unused rows included.",
)
def rows_that_were_read_only(dout, block_size):
    return dout.sum(0)


@position_embedding.misconception(
    symptom="Rows beyond the text have a gradient.",
    question="Did the forward pass read the rows from T on?",
    rule="What played no part in the forward pass gets no gradient.",
)
def unread_rows_repeat(dout, block_size):
    rows = torch.arange(block_size) % dout.shape[1]
    return dout.sum(0)[rows]


@position_embedding.misconception(
    symptom="The gradients stand at the end of the table, and its first rows are zero.",
    question="Which position has the first token of a text?",
    rule="Positions are counted from the start of the text, however short it is.",
)
def aligned_at_the_end(dout, block_size):
    dP = torch.zeros(block_size, dout.shape[2], dtype=dout.dtype)
    dP[block_size - dout.shape[1] :] = dout.sum(0)
    return dP


@position_embedding.misconception(
    symptom="All rows that were read hold the same numbers.",
    question="Does the first position learn from what happens at the last?",
    rule="Each position has a row of its own. Only the examples share it.",
)
def summed_over_time_too(dout, block_size):
    dP = torch.zeros(block_size, dout.shape[2], dtype=dout.dtype)
    dP[: dout.shape[1]] = dout.sum((0, 1))
    return dP


# -- residual -------------------------------------------------------------------------------------------

# Linear functions, so that their backward passes need no cache: f and the text of its backward pass.
RUNNING_SUM = remote_function("def running_sum(d):\n    return d.flip(-1).cumsum(-1).flip(-1)")
SHIFT = remote_function("def shift(d):\n    return -0.5 * torch.roll(d, -1, 1)")
MIX = remote_function("def mix(d):\n    return 3 * d.flip(0) - d.sum(-1, keepdim=True)")
NOTHING = remote_function("def nothing(d):\n    return d")
BRANCHES = [
    (lambda x: x.cumsum(-1), RUNNING_SUM),
    (lambda x: -0.5 * torch.roll(x, 1, 1), SHIFT),
    (lambda x: 3 * x.flip(0) - x.sum(-1, keepdim=True), MIX),
    (lambda x: x, NOTHING),
]


def a_branch(draw: Draw, shape: tuple[int, ...] = ()):
    """The backward pass of one of the branches, each kind for some of the size tuples."""
    return BRANCHES[draw.structure.sizes % len(BRANCHES)][1]


@grades(
    "residual_backward",
    upstream="dout",
    f_backward=a_branch,
    minimum={"B": 1, "T": 2, "C": 3},
    largest={"B": 3, "T": 4, "C": 5},
    every=True,
    examples=4,
)
def residual(dout, f_backward):
    f = next(forward for forward, backward in BRANCHES if backward is f_backward)
    x = torch.ones_like(dout).requires_grad_()
    with torch.enable_grad():
        total = (dout * (x + f(x))).sum()
    return torch.autograd.grad(total, x)[0]


@residual.alternative
def added_to_a_copy(dout, f_backward):
    dx = dout.clone()
    dx += f_backward(dout)
    return dx


@residual.alternative
def by_stack(dout, f_backward):
    return torch.stack([dout, f_backward(dout)]).sum(0)


@residual.alternative
def branch_gets_a_copy(dout, f_backward):
    via_f = f_backward(dout.clone())
    return via_f.add(dout)


@residual.misconception(
    symptom="The skip connection has left no trace in the gradient.",
    question="How many arrows leave x?",
    rule="Where the forward pass forks, the backward pass adds.",
)
def skip_forgotten(dout, f_backward):
    return f_backward(dout).clone()


@residual.misconception(
    symptom="The branch has left no trace in the gradient.",
    question="How many arrows leave x?",
    rule="Where the forward pass forks, the backward pass adds.",
)
def branch_forgotten(dout, f_backward):
    return dout.clone()


@residual.misconception(
    symptom="The result is too small by half.",
    question="Does an addition share its gradient out, or does it copy it?",
    rule="An addition hands the whole gradient to each of its terms.",
)
def gradient_shared_out(dout, f_backward):
    return (dout + f_backward(dout)) / 2


@residual.misconception(
    symptom="The result is not linear in the incoming gradient.",
    question="Are the two paths from x to the output alternatives, or links of one chain?",
    rule="Along a chain slopes multiply; over parallel paths gradients add.",
)
def paths_multiplied(dout, f_backward):
    return dout * f_backward(dout)


@residual.misconception(
    symptom="The branch is counted as if it came after the addition too.",
    question="Which gradient arrives at the output of f?",
    rule="Both terms of an addition receive the gradient of the sum, before either path goes on.",
)
def branch_after_the_sum(dout, f_backward):
    return dout + f_backward(dout + f_backward(dout))


@residual.misconception(
    symptom="The numbers are right, but the incoming gradient has changed afterwards.",
    question="Which of your lines write into a tensor that you were given?",
    rule="The gradient that comes in belongs to the caller, who may need it for other branches.",
)
def added_to_what_came_in(dout, f_backward):
    dout += f_backward(dout)
    return dout


@residual.misconception(
    symptom="For one kind of branch, the incoming gradient has changed afterwards.",
    question="Whose memory is it that f_backward hands back, when f does nothing?",
    rule="Write only into what you made yourself. A function may return its own argument.",
)
def added_to_what_the_branch_returned(dout, f_backward):
    dx = f_backward(dout)
    dx += dout
    return dx


# -- the loss -------------------------------------------------------------------------------------------


@grades(
    "lm_loss_backward",
    targets=indices("V"),
    minimum={"B": 1, "T": 2, "V": 3},
    examples=6,
)
def lm_loss(logits, targets):
    leaf = logits.detach().clone().requires_grad_()
    with torch.enable_grad():
        loss = torch.nn.functional.cross_entropy(leaf.flatten(0, 1), targets.flatten())
    return torch.autograd.grad(loss, leaf)[0]


@lm_loss.property("has rows that sum to zero", examples=1)
def rows_sum_to_zero(answer):
    return near_zero(answer.sum(-1), scale=1.0)


@lm_loss.property("has as many negative entries as there are targets", examples=1)
def one_pull_a_row(answer, targets):
    return bool(((answer < 0).sum(-1) == 1).all())


@lm_loss.alternative
def minus_one_hot(logits, targets):
    probs = torch.nn.functional.softmax(logits, dim=-1)
    return (probs - torch.nn.functional.one_hot(targets, logits.shape[-1])) / targets.numel()


@lm_loss.alternative
def written_out(logits, targets):
    counts = (logits - logits.amax(-1, keepdim=True)).exp()
    dlogits = counts / counts.sum(-1, keepdim=True)
    B, T, _ = logits.shape
    for b in range(B):
        for t in range(T):
            dlogits[b, t, targets[b, t]] -= 1
    return dlogits.div_(B).div_(T)


@lm_loss.alternative
def by_scatter(logits, targets):
    weight = 1 / (logits.shape[0] * logits.shape[1])
    pull = torch.full(targets.shape, -weight, dtype=logits.dtype)[..., None]
    return (torch.log_softmax(logits, -1).exp() * weight).scatter_add(-1, targets[..., None], pull)


def probs_minus_labels(logits, targets):
    return torch.softmax(logits, -1) - torch.nn.functional.one_hot(targets, logits.shape[-1])


@lm_loss.misconception(
    symptom="Every entry is too large by the number of positions.",
    question="Over how many predictions does the loss take its mean?",
    rule="Every position of every example is a prediction of its own, and the mean counts them all.",
)
def divided_by_B_only(logits, targets):
    return probs_minus_labels(logits, targets) / logits.shape[0]


@lm_loss.misconception(
    symptom="Every entry is too large by the number of examples.",
    question="Over how many predictions does the loss take its mean?",
    rule="Every position of every example is a prediction of its own, and the mean counts them all.",
)
def divided_by_T_only(logits, targets):
    return probs_minus_labels(logits, targets) / logits.shape[1]


@lm_loss.misconception(
    symptom="Every entry is too large by the same factor: as if the loss were a sum.",
    question="By what does the last step of the forward pass divide?",
    rule="A mean gives each of its numbers an equal share of the gradient.",
)
def not_divided(logits, targets):
    return probs_minus_labels(logits, targets)


@lm_loss.misconception(
    symptom="Every entry is too small by the size of the vocabulary.",
    question="Is the loss a mean over entries or over predictions?",
    rule="One prediction is one number in the mean, however many tokens it weighs.",
)
def divided_by_every_entry(logits, targets):
    return probs_minus_labels(logits, targets) / logits.numel()


@lm_loss.misconception(
    symptom="No entry is negative, and the targets play no part.",
    question="Which token should gain?",
    rule="The right token is pulled up. Without it the model is only pushed down.",
)
def target_forgotten(logits, targets):
    return torch.softmax(logits, -1) / targets.numel()


@lm_loss.misconception(
    symptom="Every sign is the wrong one.",
    question="Is this the gradient of the loss, or that of the likelihood?",
    rule="The loss falls when the right logit rises, so the gradient there is negative.",
)
def sign_of_the_likelihood(logits, targets):
    return -probs_minus_labels(logits, targets) / targets.numel()


@lm_loss.misconception(
    symptom="The rows don't sum to zero, and positions influence each other.",
    question="Along which axis do the probabilities of one prediction lie?",
    rule="Of three axes only the last is the vocabulary.",
)
def softmax_over_time(logits, targets):
    onehot = torch.nn.functional.one_hot(targets, logits.shape[-1])
    return (torch.softmax(logits, 1) - onehot) / targets.numel()


@lm_loss.misconception(
    symptom="Most rows have several negative entries.",
    question="How many entries of a row does its own target change?",
    rule="To pick one place in each row, all the axes in front must be paired up in the index.",
)
def all_targets_in_all_rows(logits, targets):
    dlogits = torch.softmax(logits, -1)
    dlogits[:, :, targets.flatten()] -= 1
    return dlogits / targets.numel()


@lm_loss.misconception(
    symptom="The negative entries stand in the rows of other positions.",
    question="Are the targets already shifted, or do you shift them?",
    rule="Find out once where the shift by one position happens, and do it nowhere else.",
)
def targets_shifted_again(logits, targets):
    return probs_minus_labels(logits, targets.roll(-1, 1)) / targets.numel()


# -- the tied table -------------------------------------------------------------------------------------


@backward_of(
    "weight_tying_backward",
    wrt="E",
    upstream=("demb", "dlogits"),
    ids=words,
    minimum=VOCABULARY,
    largest={"B": 3, "T": 4, "C": 4, "V": 5},
    every=True,  # so that the last id is used and is not
    examples=4,
)
def weight_tying(E: Float[Tensor, "V C"], ids, n):
    return E[ids], n @ E.T


@weight_tying.alternative
def tying_by_one_hot(demb, ids, dlogits, n):
    onehot = torch.nn.functional.one_hot(ids, dlogits.shape[-1]).to(demb.dtype)
    return onehot.flatten(0, 1).T @ demb.flatten(0, 1) + dlogits.flatten(0, 1).T @ n.flatten(0, 1)


@weight_tying.alternative
def tying_token_by_token(demb, ids, dlogits, n):
    dE = torch.zeros(dlogits.shape[2], n.shape[2], dtype=n.dtype)
    for b in range(ids.shape[0]):
        for t in range(ids.shape[1]):
            dE += torch.outer(dlogits[b, t], n[b, t])
            dE[ids[b, t]] += demb[b, t]
    return dE


@weight_tying.alternative
def tying_by_put(demb, ids, dlogits, n):
    return (dlogits.mT @ n).sum(0).index_put((ids,), demb, accumulate=True)


def looked_up(demb, ids, dlogits):
    dE = torch.zeros(dlogits.shape[2], demb.shape[2], dtype=demb.dtype)
    return dE.index_add(0, ids.flatten(), demb.flatten(0, 1))


def of_the_head(dlogits, n):
    return torch.einsum("btv,btc->vc", dlogits, n)


@weight_tying.misconception(
    symptom="The output layer has left no trace: rows of ids that don't occur are zero.",
    question="In how many lines of the forward pass does the table stand?",
    rule="A variable that is used twice collects from both uses.",
)
def lookup_only(demb, ids, dlogits, n):
    return looked_up(demb, ids, dlogits)


@weight_tying.misconception(
    symptom="The lookup has left no trace: the ids play no part.",
    question="In how many lines of the forward pass does the table stand?",
    rule="A variable that is used twice collects from both uses.",
)
def head_only(demb, ids, dlogits, n):
    return of_the_head(dlogits, n)


@weight_tying.misconception(
    symptom="The result is too small by half.",
    question="Do two uses of one matrix share its gradient between them?",
    rule="Each use brings its whole gradient, and they add.",
)
def uses_averaged(demb, ids, dlogits, n):
    return (looked_up(demb, ids, dlogits) + of_the_head(dlogits, n)) / 2


@weight_tying.misconception(
    symptom="In the rows of ids that occur, the part of the output layer is gone.",
    question="Did you add to these rows, or did you write over them?",
    rule="Writing is not adding: what stood there before is lost.",
)
def lookup_overwrites_the_head(demb, ids, dlogits, n):
    dE = of_the_head(dlogits, n)
    dE[ids] = demb
    return dE


@weight_tying.misconception(
    symptom="Rows of ids that occur more than once lack some of their occurrences.",
    question="Does an in-place addition with a list of rows add a row twice that is twice in the list?",
    rule="With repeated indices, += reads once and writes once for each row.",
)
def repeated_ids_count_once(demb, ids, dlogits, n):
    dE = of_the_head(dlogits, n)
    dE[ids] += demb
    return dE


@weight_tying.misconception(
    symptom="The part of the output layer is wrong; that of the lookup is right.",
    question="By what was the table multiplied in the last line of the forward pass?",
    rule="A weight's gradient holds what the weight was multiplied by, not what it was made from.",
)
def head_met_the_embedding(demb, ids, dlogits, n):
    return looked_up(demb, ids, dlogits) + of_the_head(dlogits, demb)


@weight_tying.misconception(
    symptom="The part of the output layer is too small by the number of predictions.",
    question="Is there an average in this forward step?",
    rule="The average of the loss is already in the gradient of the logits.",
)
def head_averaged(demb, ids, dlogits, n):
    return looked_up(demb, ids, dlogits) + of_the_head(dlogits, n) / ids.numel()
