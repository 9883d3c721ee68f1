"""What is true of the layers as objects: linear, batchnorm, tanh, sequential, and a network built of them."""

import itertools
import math

import torch
from jaxtyping import Float
from torch import Tensor

from dojo.grading import Draw, grades, one_of, remote_function
from dojo.worker.wire import Code

# Most of a play goes in one piece to the student's process: a grading plays dozens of cases, and each way
# there and back takes as long as what a layer computes. One call comes from here, so that it is watched.
_HELPERS = """
    def plain(value):
        return value.detach().clone() if isinstance(value, torch.Tensor) else value

    def shapes(layer):
        return [str(tuple(p.shape)) for p in layer.parameters()]

    def fill(layer, values):  # through parameters(), so that copies handed out there show
        with torch.no_grad():
            for p, value in zip(layer.parameters(), values):
                if p.numel() == value.numel():
                    p.copy_(value.reshape(p.shape))

    def untouched(layer, x):
        given = x.clone()
        layer(given)
        return bool((given == x).all())

    def backward(layer, x, g):
        x = x.clone().requires_grad_()
        parameters = list(layer.parameters())
        for p in parameters:
            p.requires_grad_()
        (layer(x) * g).sum().backward()
        gradients = [None if p.grad is None else p.grad.reshape(-1) for p in parameters]
        return {"dx": x.grad, "gradients": gradients}
"""


def with_helpers(source: str) -> Code:
    """A function for the student's process that may use the helpers above."""
    head, body = source.strip().split("\n", 1)
    return remote_function(head + _HELPERS + body)


def gradients_of(outputs: Tensor, upstream: Tensor, leaves: list[Tensor]) -> list[Tensor]:
    """Autograd's gradients, as one number rather than with grad_outputs, for which torch is slow to start."""
    return list(torch.autograd.grad((outputs * upstream).sum(), leaves))


def far_from_degenerate(draw: Draw, shape: tuple[int, ...]) -> Tensor:
    """Normal floats in every style: in whole numbers two gradients are easily the same."""
    return draw.finish(torch.randn(shape, generator=draw.generator, dtype=torch.float64))


# -- linear ---------------------------------------------------------------------------------------------

# 3000 numbers. By Laurent and Massart (2000) their measured standard deviation is outside of 0.9 to 1.1 with
# a probability below 2e-12 (x = 27), and so it is nowhere near 0.85 and 1.15; the mean is 11 of its standard
# deviations away from its bound. If the measured one lies inside, then what is beyond twice of it has a share
# from 2.8% to 7.2%, and by Chernoff it is below 0.8% or above 13% with a probability below 1e-12; of evenly
# spread numbers it is 0. A grading looks ten times at most, and so refuses a right answer with 1e-10 at most.
_NEW = with_helpers("""
def new(Linear, x, weight, bias):
    torch.manual_seed(1)  # the same weights each time, so that every mistake can be recognised
    layer, bare = Linear(*weight.shape), Linear(*weight.shape, bias=False)
    one, other, large = Linear(5, 4), Linear(5, 4), Linear(120, 25)
    w = large.weight.detach() * 120**0.5
    spread, mean = float(w.std()), float(w.mean())
    beyond = float((w.abs() > 2 * spread).double().mean())
    sizes = [(0.2, "far too small"), (0.85, "too small"), (1.15, "as asked")]
    sizes += [(2.7, "too large"), (5, "much too large")]
    size = next((words for limit, words in sizes if spread < limit), "far too large")
    centre = "zero" if abs(mean) < 0.2 * spread else "not zero"
    answer = {
        "parameters": shapes(layer),
        "new bias": plain(layer.bias),
        "spread": size,
        "mean": centre,
        "normal": 0.008 < beyond < 0.13,
        "two layers alike": bool((one.weight == other.weight).all()),
    }
    fill(layer, [weight, bias])
    fill(bare, [weight])
    layer(1 - 2 * x)  # not its last call
    answer["without bias"] = {"parameters": shapes(bare), "bias": bare.bias, "out": plain(bare(x))}
    return layer, answer
""")
_USED = with_helpers("""
def used(layer, x, g):
    kept = plain(layer.out)
    return {"kept": kept, "x untouched": untouched(layer, x)} | backward(layer, x, g)
""")


@grades(
    "LinearModule",
    false_positive=1e-10,  # derived above
    may_be_trivial=True,  # some parts are zeros or ones in a new layer
    x=far_from_degenerate,
    g=far_from_degenerate,
    examples=5,
    parts={name: (name,) for name in ("parameters", "new bias", "spread", "mean", "normal", "out", "kept")}
    | {"two layers alike": ("two layers alike",)},
)
def linear_layer(x, weight, bias, g):
    leaves = [t.clone().requires_grad_() for t in (x, weight, bias)]
    with torch.enable_grad():
        out = leaves[0] @ leaves[1] + leaves[2]
        dx, dweight, dbias = gradients_of(out, g, leaves)
    return {
        "parameters": [str(tuple(weight.shape)), str(tuple(bias.shape))],
        "new bias": torch.zeros_like(bias),
        "spread": "as asked",
        "mean": "zero",
        "normal": True,
        "two layers alike": False,
        "out": out.detach(),
        "kept": out.detach(),
        "x untouched": True,
        "dx": dx,
        "gradients": [dweight.reshape(-1), dbias],
        "without bias": {"parameters": [str(tuple(weight.shape))], "bias": None, "out": x @ weight},
    }


@linear_layer.play
def play_linear(
    student,
    x: Float[Tensor, "N K"],
    weight: Float[Tensor, "K H"],
    bias: Float[Tensor, "H"],
    g: Float[Tensor, "N H"],
):
    layer, answer = student.run(_NEW, student, x, weight, bias)
    answer["out"] = layer(x.clone())
    return answer | student.run(_USED, layer, x, g)


@linear_layer.alternative
class LinearWithListOfParameters:
    def __init__(self, fan_in, fan_out, bias=True):
        self.params = [torch.normal(0.0, fan_in**-0.5, (fan_in, fan_out), requires_grad=True)]
        if bias:
            self.params.append(torch.zeros(fan_out, requires_grad=True))
        self.weight, self.bias = self.params[0], self.params[1] if bias else None

    def __call__(self, x):
        self.out = torch.einsum("nk,kh->nh", x, self.weight)
        if self.bias is not None:
            self.out = self.out + self.bias
        return self.out

    def parameters(self):
        return self.params


@linear_layer.alternative
class LinearInOneLine:
    def __init__(self, fan_in, fan_out, bias=True):
        self.weight = torch.empty(fan_in, fan_out).normal_() * (1 / fan_in) ** 0.5
        self.bias = torch.zeros(fan_out) if bias else None

    def __call__(self, x):
        self.out = x @ self.weight if self.bias is None else x @ self.weight + self.bias
        return self.out

    def parameters(self):
        return [self.weight] + ([] if self.bias is None else [self.bias])


@linear_layer.alternative
class LinearFilledInPlace:
    def __init__(self, fan_in, fan_out, bias=True):
        self.weight, self.bias, self.out = torch.empty((fan_in, fan_out)), None, None
        with torch.no_grad():
            self.weight.normal_(std=math.sqrt(1 / fan_in))
        if bias:
            self.bias = self.weight.new_zeros(fan_out)

    def __call__(self, x):
        columns = [(x * column).sum(1) for column in self.weight.T]
        self.out = torch.stack(columns, dim=1)
        if self.bias is not None:
            self.out = self.out + self.bias.expand_as(self.out)
        return self.out

    def parameters(self):
        return [tensor for tensor in (self.weight, self.bias) if tensor is not None]


linear_layer.misconception_by_edit(
    "no_fan_in",
    old=" / fan_in**0.5",
    new="",
    symptom="The weights of a new layer are far too large.",
    question="How does the spread of a sum grow with the number of its terms?",
    rule="A unit that adds up many inputs needs weights that are smaller the more inputs there are.",
)
linear_layer.misconception_by_edit(
    "fan_out_for_fan_in",
    old="fan_in**0.5",
    new="fan_out**0.5",
    symptom="The weights of a new layer have the wrong size unless the layer is square.",
    question="How many products does one output add up?",
    rule="What counts for the forward pass is how many inputs a unit has, not how many units there are.",
)
linear_layer.misconception_by_edit(
    "fan_in_without_root",
    old="fan_in**0.5",
    new="fan_in",
    symptom="The weights of a new layer are far too small.",
    question="Do variances add up, or standard deviations?",
    rule="Variances of independent terms add up. The spread of the sum is the root of that.",
)
linear_layer.misconception_by_edit(
    "variance_for_deviation",
    old="torch.randn(fan_in, fan_out) / fan_in**0.5",
    new="torch.randn(fan_in, fan_out) / fan_in**0.25",
    symptom="The weights of a new layer are too large, though not by the whole factor.",
    question="Is the number that you divide by a variance or a standard deviation?",
    rule="Multiplying by a number multiplies the standard deviation by it, and the variance by its square.",
)
linear_layer.misconception_by_edit(
    "uniform_weights",
    old="torch.randn(fan_in, fan_out) / fan_in**0.5",
    new="(2 * torch.rand(fan_in, fan_out) - 1) * (3 / fan_in) ** 0.5",
    symptom="The weights of a new layer have the right size and another distribution.",
    question="What is the difference between rand and randn?",
    rule="The n in randn stands for normal.",
)
linear_layer.misconception_by_edit(
    "uniform_as_pytorch_does",
    old="torch.randn(fan_in, fan_out) / fan_in**0.5",
    new="(2 * torch.rand(fan_in, fan_out) - 1) / fan_in**0.5",
    symptom="The weights of a new layer are too small, and not normally distributed.",
    question="What is the standard deviation of a uniform distribution from -1 to 1?",
    rule="PyTorch's default loses some of the spread. Here a normal distribution is asked for.",
)
linear_layer.misconception_by_edit(
    "all_positive",
    old="torch.randn(fan_in, fan_out) / fan_in**0.5",
    new="torch.rand(fan_in, fan_out) / fan_in**0.5",
    symptom="No weight of a new layer is negative.",
    question="Which numbers does rand draw?",
    rule="Weights of both signs let a unit say yes and no. Their mean is zero.",
)
linear_layer.misconception_by_edit(
    "random_bias",
    old="torch.zeros(fan_out)",
    new="torch.ones(fan_out)",
    symptom="The bias of a new layer is not zero.",
    question="What does the text say of the bias of a new layer?",
    rule="Random weights already make units different. A bias can start at zero.",
)
linear_layer.misconception_by_edit(
    "transposed_weight",
    old="torch.randn(fan_in, fan_out) / fan_in**0.5",
    new="torch.randn(fan_out, fan_in).div(fan_in**0.5)",
    symptom="The weight has its two axes in the other order, and a call stops.",
    question="Which axis of the weight meets the features of x in x @ weight?",
    rule="PyTorch stores the transposed matrix. This layer stores the one that it multiplies by.",
)
linear_layer.misconception_by_edit(
    "bias_always_there",
    old="torch.zeros(fan_out) if bias else None",
    new="torch.zeros(fan_out)",
    symptom="A layer without bias has one.",
    question="Where does your code look at the argument bias?",
    rule="A bias that is not wanted must not be there, not even as zeros: it would be trained.",
)
linear_layer.misconception_by_edit(
    "bias_not_added",
    old="            self.out = self.out + self.bias\n",
    new="            pass\n",
    symptom="The output is right only while the bias is zero.",
    question="What happens to the bias in a call?",
    rule="A parameter that takes no part in the output never learns anything.",
)
linear_layer.misconception_by_edit(
    "bias_is_no_parameter",
    old="if self.bias is None else [self.weight, self.bias]",
    new="",
    symptom="parameters() leaves out the bias.",
    question="Which tensors of this layer are to be trained?",
    rule="An optimiser trains what parameters() hands out, and nothing else.",
)
linear_layer.misconception_by_edit(
    "parameters_are_copies",
    old="return [self.weight] if self.bias is None else [self.weight, self.bias]",
    new="return [p.clone() for p in (self.weight, self.bias) if p is not None]",
    symptom="Changing what parameters() hands out changes nothing in the layer.",
    question="Is what you hand out the tensor itself?",
    rule="Training changes parameters in place. A copy would be trained in vain.",
)
linear_layer.misconception_by_edit(
    "one_seed_for_all_layers",
    old="torch.randn(fan_in, fan_out) / fan_in**0.5",
    new="torch.randn(fan_in, fan_out, generator=torch.Generator().manual_seed(2147483647)) / fan_in**0.5",
    symptom="Two new layers of one shape have the same weights.",
    question="How often is your generator seeded: once, or once for each layer?",
    rule="A generator that is made anew begins anew. Whoever wants other numbers goes on with the same one.",
)
linear_layer.misconception_by_edit(
    "first_output_kept",
    old="        return self.out\n",
    new="        out = self.out\n        self.first = self.first if hasattr(self, 'first') else out\n"
    "        self.out = self.first\n        return out\n",
    symptom="After a second call the attribute out still holds the output of the first.",
    question="When does your code write to out?",
    rule="The attribute shows the last call, so every call writes it.",
)
linear_layer.misconception_by_edit(
    "out_not_kept",
    old="        return self.out\n",
    new="        out, self.out = self.out, None\n        return out\n",
    symptom="The output is right, but the attribute out does not hold it.",
    question="What can be looked at after the call?",
    rule="A layer that remembers its output can be inspected. The dashboard lives on it.",
)


# -- batchnorm ------------------------------------------------------------------------------------------

_STATE = """
    def state(layer):
        names = ("gamma", "beta", "running_mean", "running_var")
        return {name: plain(getattr(layer, name)) for name in names}
"""
_FRESH = with_helpers(
    """
def fresh(BatchNorm1d, x, gamma, beta, eps, momentum):
"""
    + _STATE
    + """
    usual = BatchNorm1d(len(gamma))
    answer = {"parameters": shapes(usual), "at first": state(usual) | {"training": usual.training}}
    answer["usual eps"] = plain(usual(x))
    answer["usual momentum"] = state(usual)
    layer = BatchNorm1d(len(gamma), eps=eps, momentum=momentum)
    fill(layer, [gamma, beta])
    return layer, answer
"""
)
_IN_USE = with_helpers(
    """
def in_use(layer, x, y, g):
"""
    + _STATE
    + """
    answer = {"kept": plain(layer.out), "second": plain(layer(y)), "after training": state(layer)}
    layer.training = False
    answer["alone"], answer["together"] = plain(layer(x[:1])), plain(layer(y))
    answer["kept in evaluation"], answer["after evaluation"] = plain(layer.out), state(layer)
    answer["x untouched"] = untouched(layer, x)
    layer.training = True
    answer |= backward(layer, x, g)
    statistics = [getattr(layer, name) for name in ("running_mean", "running_var")]
    return answer | {"graph": any(s.requires_grad for s in statistics)}
"""
)


def batches(draw: Draw, shape: tuple[int, ...]) -> Tensor:
    """Columns with a mean far from zero and not without spread; some of their variances are tiny."""
    values = draw.uniform(*shape).argsort(dim=0).double() + 0.8 * draw.uniform(*shape)
    small = draw.uniform(1, shape[1]) < 0.3
    small[0, draw.structure.seed % shape[1]] = True
    offsets = torch.randint(2, 5, (1, shape[1]), generator=draw.generator)
    return draw.finish((values + offsets) * torch.where(small, 2.0**-8, 1.0))


ORDER = (
    "parameters",
    "at first",
    "first",
    "kept",
    "second",
    "after training",
    "alone",
    "together",
    "kept in evaluation",
    "after evaluation",
    "usual eps",
    "usual momentum",
)


@grades(
    "BatchNorm1dModule",
    may_be_trivial=True,  # some parts are zeros or ones in a new layer
    x=batches,
    y=batches,
    gamma=far_from_degenerate,
    beta=far_from_degenerate,
    g=far_from_degenerate,
    eps=one_of(1e-3, 0.1),
    momentum=one_of(0.3, 0.01),
    minimum={"N": 3, "M": 4, "H": 2},
    examples=6,
    parts={name: (name,) for name in ORDER},
)
def norm_layer(x, y, gamma, beta, g, eps, momentum):
    layer = torch.nn.BatchNorm1d(len(gamma), eps, momentum, dtype=x.dtype)
    usual = torch.nn.BatchNorm1d(len(gamma), dtype=x.dtype)
    answer = {"parameters": [str((len(gamma),))] * 2}

    def state(layer):
        names = {
            "gamma": "weight",
            "beta": "bias",
            "running_mean": "running_mean",
            "running_var": "running_var",
        }
        return {name: getattr(layer, theirs).detach().clone() for name, theirs in names.items()}

    answer["at first"] = state(usual) | {"training": True}
    answer["usual eps"] = usual(x).detach()
    answer["usual momentum"] = state(usual)
    with torch.enable_grad():
        layer.weight.data.copy_(gamma)
        layer.bias.data.copy_(beta)
        answer["first"] = answer["kept"] = layer(x).detach()
        answer["second"] = layer(y).detach()
        answer["after training"] = state(layer)
        answer["alone"] = layer.eval()(x[:1]).detach()
        answer["together"] = answer["kept in evaluation"] = layer(y).detach()
        answer["after evaluation"] = state(layer)
        x = x.clone().requires_grad_()
        grads = gradients_of(layer.train()(x), g, [x, layer.weight, layer.bias])
    return answer | {"x untouched": True, "dx": grads[0], "gradients": grads[1:], "graph": False}


@norm_layer.play
def play_norm(
    student,
    x: Float[Tensor, "N H"],
    y: Float[Tensor, "M H"],
    gamma: Float[Tensor, "H"],
    beta: Float[Tensor, "H"],
    g: Float[Tensor, "N H"],
    eps,
    momentum,
):
    layer, answer = student.run(_FRESH, student, x, gamma, beta, eps, momentum)
    answer["first"] = layer(x.clone())
    return answer | student.run(_IN_USE, layer, x, y, g)


@norm_layer.alternative
class NormInPlace:
    def __init__(self, dim, eps=1e-5, momentum=0.1):
        self.eps, self.momentum, self.training = eps, momentum, True
        self.gamma, self.beta = torch.ones(dim, requires_grad=True), torch.zeros(dim, requires_grad=True)
        self.running_mean, self.running_var = torch.zeros(dim), torch.ones(dim)

    def __call__(self, x):
        mean, var = self.running_mean, self.running_var
        if self.training:
            var, mean = torch.var_mean(x, 0, correction=0)
            n = x.shape[0]
            self.running_mean.lerp_(mean.detach(), self.momentum)
            self.running_var.lerp_(var.detach() * n / (n - 1), self.momentum)
        self.out = (x - mean) * (var + self.eps) ** -0.5 * self.gamma + self.beta
        return self.out

    def parameters(self):
        return [self.gamma, self.beta]


@norm_layer.alternative
class NormWithKeptAxes:
    def __init__(self, dim, eps=1e-5, momentum=0.1):
        self.eps, self.momentum = eps, momentum
        self.training = True
        self.gamma = torch.ones(dim)
        self.beta = torch.zeros(dim)
        self.running_mean = torch.zeros(dim)
        self.running_var = torch.ones(dim)

    def __call__(self, x):
        if self.training:
            xmean = x.mean(0, keepdim=True)
            xvar = ((x - xmean) ** 2).sum(0, keepdim=True) / len(x)
        else:
            xmean, xvar = self.running_mean, self.running_var
        xhat = (x - xmean) / torch.sqrt(xvar + self.eps)
        self.out = self.gamma * xhat + self.beta
        if self.training:
            with torch.no_grad():
                share = self.momentum
                unbiased = xvar * len(x) / (len(x) - 1)
                self.running_mean = (1 - share) * self.running_mean + share * xmean[0]
                self.running_var = (1 - share) * self.running_var + share * unbiased[0]
        return self.out

    def parameters(self):
        return [self.gamma, self.beta]


@norm_layer.alternative
class NormByMoments:
    def __init__(self, dim, eps=1e-5, momentum=0.1):
        self.training, self.eps, self.momentum, self.out = True, eps, momentum, None
        self.gamma, self.running_var = (torch.full((dim,), 1.0) for _ in range(2))
        self.beta, self.running_mean = (torch.full((dim,), 0.0) for _ in range(2))

    def __call__(self, x):
        if not self.training:
            scale = self.gamma / (self.running_var + self.eps).sqrt()
            self.out = x * scale + (self.beta - self.running_mean * scale)
            return self.out
        N = len(x)
        centred = x - torch.einsum("nh->h", x) / N
        squares = torch.einsum("nh,nh->h", centred, centred)
        self.out = torch.addcmul(self.beta, self.gamma, centred * torch.rsqrt(squares / N + self.eps))
        with torch.no_grad():
            self.running_mean += self.momentum * (x[0] - centred[0] - self.running_mean)
            self.running_var += self.momentum * (squares / (N - 1) - self.running_var)
        return self.out

    def parameters(self):
        return list((self.gamma, self.beta))


norm_layer.misconception_by_edit(
    "momentum_is_what_is_kept",
    old="m = self.momentum",
    new="m = 1 - self.momentum",
    symptom="After training the running statistics are nearly those of the last batch.",
    question="Is momentum the share that is kept or the share that is new?",
    rule="Both conventions are in use. In PyTorch's batchnorm a small momentum means a long memory.",
)
norm_layer.misconception_by_edit(
    "buffers_are_parameters",
    old="return [self.gamma, self.beta]",
    new="return [self.gamma, self.beta, self.running_mean, self.running_var]",
    symptom="parameters() hands out four tensors where two are trained.",
    question="Which of them does gradient descent change, and which does averaging?",
    rule="Two are learned, two are measured. Only what is learned belongs in parameters().",
)
norm_layer.misconception_by_edit(
    "nothing_to_train",
    old="return [self.gamma, self.beta]",
    new="return []",
    symptom="parameters() is empty.",
    question="How will an optimiser find gain and bias?",
    rule="What is not handed out is not trained.",
)
norm_layer.misconception_by_edit(
    "evaluation_ignored",
    old="if self.training:",
    new="if self.training is not None:",
    symptom="One example alone gives nan although the layer is not training.",
    question="Where does your call look at the flag?",
    rule="In evaluation nothing of the batch may enter, neither into the output nor into the statistics.",
)
norm_layer.misconception_by_edit(
    "updated_in_evaluation",
    old="            mean, var = self.running_mean, self.running_var\n",
    new="            mean, var = self.running_mean, self.running_var\n"
    "            self.running_mean = 0.9 * mean + 0.1 * x.mean(dim=0)\n",
    symptom="The running mean changes while the layer is not training.",
    question="Does an evaluation have anything to say about how the network was trained?",
    rule="What is fixed after training stays fixed. A network that is asked must not change.",
)
norm_layer.misconception_by_edit(
    "eps_default_changed",
    old="eps: float = 1e-5",
    new="eps: float = 1e-8",
    symptom="With the defaults, columns with a tiny variance are wrong; with a given eps all is right.",
    question="What is the default of eps?",
    rule="A default is part of what a layer is. Two layers that differ in it are two functions.",
)
norm_layer.misconception_by_edit(
    "momentum_default_changed",
    old="momentum: float = 0.1",
    new="momentum: float = 0.001",
    symptom="With the defaults the running statistics are wrong; with a given momentum all is right.",
    question="What is the default of momentum?",
    rule="The lecture's first version used another momentum than the layer does.",
)
norm_layer.misconception_by_edit(
    "mode_guessed_from_the_batch",
    old="        if self.training:\n",
    new="        if x.shape[0] > 1:\n",
    symptom="In evaluation one example alone is right, and several at once are not.",
    question="How does your layer find out in which mode it is?",
    rule="The flag says what is meant. How many examples come at once says nothing about it.",
)
norm_layer.misconception_by_edit(
    "unbiased_normalisation",
    old="x.var(dim=0, correction=0)",
    new="x.var(dim=0)",
    symptom="The output in training is a little too small, most of all for few rows; the rest is right.",
    question="Which of its two variances does PyTorch's layer normalise with?",
    rule="The batch is normalised with the plain mean of squares. The corrected one is for keeping.",
)
norm_layer.misconception_by_edit(
    "biased_variance_kept",
    old="m * x.var(dim=0)",
    new="m * var",
    symptom="The output in training is right; the running variance is a little too small.",
    question="Which of its two variances does PyTorch's layer keep?",
    rule="What is kept is an estimate for all data, and so it is the corrected one.",
)
norm_layer.misconception_by_edit(
    "mean_into_the_variance",
    old="m * x.var(dim=0)",
    new="m * mean",
    symptom="The running variance follows the means of the batches.",
    question="What is fed into each of your two lines?",
    rule="Two lines that look alike are often copied. Read the second one as if it were somebody else's.",
)
norm_layer.misconception_by_edit(
    "deviation_kept",
    old="m * x.var(dim=0)",
    new="m * x.std(dim=0)",
    symptom="The running variance moves towards the root of what it should.",
    question="Is it the variance or the standard deviation that is kept here?",
    rule="The lecture's first version kept deviations, the layer keeps variances. Don't mix the two.",
)
norm_layer.misconception_by_edit(
    "misspelt_attribute",
    old="self.running_var = (1 - m)",
    new="self.runing_var = (1 - m)",
    symptom="The running variance stays at one.",
    question="Does your code write to the same name that it reads?",
    rule="Python makes a new attribute for every name that you write to. A misspelt one raises nothing.",
)
norm_layer.misconception_by_edit(
    "graph_kept",
    old="with torch.no_grad():",
    new="if m_is_kept := True:",
    symptom="The running statistics require a gradient.",
    question="Does autograd watch the lines that update them?",
    rule="What is measured is no part of the function. Watched, it holds the graph of every step so far.",
)
norm_layer.misconception_by_edit(
    "variance_starts_at_zero",
    old="self.running_var = torch.ones(dim)",
    new="self.running_var = torch.zeros(dim)",
    symptom="The running variance of a new layer is zero.",
    question="What does a layer do that is used before it was trained?",
    rule="A new layer should change nothing: mean zero, variance one.",
)
norm_layer.misconception_by_edit(
    "gain_starts_at_zero",
    old="self.gamma = torch.ones(dim)",
    new="self.gamma = torch.zeros(dim)",
    symptom="A new layer gives zeros for every input.",
    question="By what is the normalised value multiplied at first?",
    rule="Gain one and bias zero leave the normalised value as it is.",
)
norm_layer.misconception_by_edit(
    "running_statistics_in_training",
    old="xhat = (x - mean) / torch.sqrt(var + self.eps)",
    new="xhat = (x - self.running_mean) / torch.sqrt(self.running_var + self.eps)",
    symptom="The output in training is not normalised.",
    question="Which statistics normalise a batch during training?",
    rule="In training the batch is measured and used at once. The average is only kept for later.",
)
norm_layer.misconception_by_edit(
    "eps_outside_the_root",
    old="torch.sqrt(var + self.eps)",
    new="(torch.sqrt(var) + self.eps)",
    symptom="Ordinary columns are nearly right; columns with a tiny variance are far off.",
    question="To which of the two is eps added, to the variance or to its root?",
    rule="eps is a variance. It joins the variance before the root is taken.",
)
norm_layer.misconception_by_edit(
    "not_in_the_graph",
    old="mean = x.mean(dim=0)  # (H,)\n            var = x.var(dim=0, correction=0)",
    new="mean = x.detach().mean(dim=0)\n            var = x.detach().var(dim=0, correction=0)",
    symptom="All outputs are right; the gradient of the input is not.",
    question="Does a change of one example reach the others in your backward pass?",
    rule="The statistics of the batch depend on the batch, so a gradient flows through them.",
)
norm_layer.misconception_by_edit(
    "out_of_norm_not_kept",
    old="        return self.out\n",
    new="        out, self.out = self.out, None\n        return out\n",
    symptom="The output is right, but the attribute out does not hold it.",
    question="What can be looked at after the call?",
    rule="A layer that remembers its output can be inspected. The dashboard lives on it.",
)


# -- tanh -----------------------------------------------------------------------------------------------

_LOOKED_AT = with_helpers("""
def looked_at(Tanh, layer, x, g):
    other = Tanh()
    other(-x)
    answer = {"kept": plain(layer.out), "x untouched": untouched(layer, x)}
    return answer | {"dx": backward(layer, x.clamp(-3, 3), g)["dx"]}
""")


def some_far_out(draw: Draw, shape: tuple[int, ...]) -> Tensor:
    """Numbers of which some are so large that their exponentials overflow."""
    values = torch.randn(shape, generator=draw.generator, dtype=torch.float64)
    values[0, 0], values[-1, -1] = 800.0, -900.0
    return draw.finish(values)


@grades(
    "TanhModule",
    x=some_far_out,
    g=far_from_degenerate,
    examples=4,
    parts={name: (name,) for name in ("parameters", "out", "kept", "x untouched", "dx")},
)
def tanh_layer(x, g):
    out = torch.tanh(x)
    dx = g * (1 - x.clamp(-3, 3).tanh() ** 2)
    return {"parameters": [], "out": out, "kept": out, "x untouched": True, "dx": dx}


@tanh_layer.play
def play_tanh(student, x: Float[Tensor, "N H"], g: Float[Tensor, "N H"]):
    layer = student()
    layer(-x)  # not its last call
    answer = {"parameters": layer.parameters(), "out": layer(x.clone())}
    return answer | student.run(_LOOKED_AT, student, layer, x, g)


@tanh_layer.alternative
class TanhFromExponentials:
    def __call__(self, x):
        self.out = 2 / (1 + (-2 * x).exp()) - 1
        return self.out

    def parameters(self):
        return []


@tanh_layer.alternative
class TanhWithConstructor:
    def __init__(self):
        self.training, self.out = True, None

    def __call__(self, x):
        self.out = x.tanh()
        return self.out

    def parameters(self):
        return list()


@tanh_layer.alternative
class TanhFromSigmoid:
    out = None

    def __call__(self, x):
        y = torch.sigmoid(2 * x)
        self.out = y - (1 - y)
        return self.out

    def parameters(self):
        found = []
        return found


tanh_layer.misconception_by_edit(
    "tanh_out_not_kept",
    old="        return self.out\n",
    new="        out, self.out = self.out, None\n        return out\n",
    symptom="The output is right, but the attribute out does not hold it.",
    question="What can be looked at after the call?",
    rule="A layer that remembers its output can be inspected. The dashboard lives on it.",
)
tanh_layer.misconception_by_edit(
    "parameters_none",
    old="return []",
    new="return None",
    symptom="parameters() gives None.",
    question="What will a loop over the parameters of all layers do with this one?",
    rule="A layer without parameters hands out an empty list, so that nobody has to ask first.",
)
tanh_layer.misconception_by_edit(
    "in_place",
    old="torch.tanh(x)",
    new="torch.tanh_(x) if not x.requires_grad else torch.tanh(x)",
    symptom="The output is right, but what was handed in has changed.",
    question="Which of your lines write into a tensor that you were given?",
    rule="The output of the layer before belongs to that layer. It will be looked at again.",
)
tanh_layer.misconception_by_edit(
    "quotient_of_exponentials",
    old="torch.tanh(x)",
    new="(x.exp() - (-x).exp()) / (x.exp() + (-x).exp())",
    symptom="Large inputs give NaN.",
    question="How large is the exponential of 800, and what is infinity divided by infinity?",
    rule="A formula that is right on paper may overflow on the way. Use the function that is made for it.",
)
tanh_layer.misconception_by_edit(
    "sigmoid_instead",
    old="torch.tanh(x)",
    new="torch.sigmoid(x)",
    symptom="No output is negative.",
    question="Between which numbers does the tanh lie, and where does it send zero?",
    rule="The tanh is odd: the other sign in, the other sign out.",
)
tanh_layer.misconception_by_edit(
    "out_of_the_graph",
    old="torch.tanh(x)",
    new="torch.tanh(x).clone().detach() + 0 * x",
    symptom="The outputs are right, but no gradient gets through.",
    question="What does detach cut?",
    rule="Detach what you look at, never what the next layer works with.",
)


# -- sequential -----------------------------------------------------------------------------------------

# A model of toy layers, none of them the student's: each of a kind that shows in the result. The last is a
# model itself, and so is the last layer of that.
_MODEL = remote_function("""
def model_of(Sequential, x, factors, shifts):
    class Affine:
        def __init__(self, factor, shift):
            self.training, self.factor, self.shift = True, factor, shift
        def __call__(self, x):
            return self.factor * x**2 + self.shift if self.training else self.factor * x + self.shift
        def parameters(self):
            return [self.factor, self.shift]
    class Cube:
        training = True
        def __call__(self, x):
            return x**3 if self.training else x
        def parameters(self):
            return []
    layers = [Affine(f.clone(), s.clone()) for f, s in zip(factors, shifts)]
    cube, innermost = Cube(), Sequential(layers[3:])
    inner = Sequential([layers[2], innermost])
    model = Sequential([layers[0], cube, layers[1], inner])
    answer = {"flag at first": getattr(model, "training", None)}
    model(x / 2)  # not its last call
    leaves = [t.requires_grad_() for t in (x.clone(), *(p for layer in layers for p in layer.parameters()))]
    backward = model(leaves[0])
    if backward.requires_grad:
        backward.sum().backward()
    answer["gradients"] = [leaf.grad for leaf in leaves]
    for leaf in leaves:
        leaf.requires_grad_(False)
    answer["out"] = model(x).clone()
    answer["kept"] = getattr(model, "out", None)
    found = list(model.parameters())
    plain = all(isinstance(p, torch.Tensor) for p in found)
    answer["parameters"] = [p.clone() for p in found] if plain else "not all of them are tensors"
    if plain:
        with torch.no_grad():
            for p in found:
                p *= 2
    answer["after an update"] = model(x).clone()
    model.train(False)
    answer["flag in evaluation"] = getattr(model, "training", None)
    answer["layer by layer in evaluation"] = [layer.training for layer in [*layers, cube, inner, innermost]]
    answer["in evaluation"] = model(x).clone()
    model.train(True)
    answer["back in training"] = model(x).clone()
    model.train(False)
    model.train()
    answer["by default"] = model(x).clone()
    return answer
""")


def gentle(draw: Draw, shape: tuple[int, ...]) -> Tensor:
    """Numbers between 0.3 and 0.9, which stay small however often they are squared."""
    return draw.finish(0.3 + 0.6 * draw.uniform(*shape))


@grades(
    "Sequential",
    x=gentle,
    factors=gentle,
    shifts=gentle,
    minimum={"N": 2, "P": 4},
    largest={"P": 6, "N": 5},
    examples=5,
    parts={name: (name,) for name in ("flag at first", "out", "kept", "parameters", "after an update")},
)
def sequential(x, factors, shifts):
    def through(scale, training, x=x, factors=factors, shifts=shifts):
        h = x
        for number, (factor, shift) in enumerate(zip(scale * factors, scale * shifts, strict=True)):
            h = factor * (h**2 if training else h) + shift
            h = h**3 if training and number == 0 else h
        return h

    leaves = [t.clone().requires_grad_() for t in (x, factors, shifts)]
    with torch.enable_grad():
        dx, *others = torch.autograd.grad(through(1, True, *leaves).sum(), leaves)
    return {
        "gradients": [dx, *(g for pair in zip(*others, strict=True) for g in pair)],
        "flag at first": True,
        "out": through(1, True),
        "kept": through(1, True),
        "parameters": [p for pair in zip(factors, shifts, strict=True) for p in pair],
        "after an update": through(2, True),
        "flag in evaluation": False,
        "in evaluation": through(2, False),
        "layer by layer in evaluation": [False] * (len(factors) + 3),
        "back in training": through(2, True),
        "by default": through(2, True),
    }


@sequential.play
def play_sequential(student, x: Float[Tensor, "N"], factors: Float[Tensor, "P"], shifts: Float[Tensor, "P"]):
    return student.run(_MODEL, student, x, list(factors), list(shifts))


@sequential.alternative
class SequentialByNames:
    def __init__(self, layers):
        self.layers, self.training, self.out = list(layers), True, None

    def __call__(self, x):
        self.out = x
        for i in range(len(self.layers)):
            self.out = self.layers[i](self.out)
        return self.out

    def parameters(self):
        found = []
        for layer in self.layers:
            found.extend(layer.parameters())
        return found

    def train(self, mode=True):
        self.training = mode
        for layer in self.layers:
            if hasattr(layer, "train"):
                layer.train(mode)
            else:
                layer.training = mode


@sequential.alternative
class SequentialWithStack:
    def __init__(self, layers):
        self.layers = layers
        self.training = True

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        self.out = x
        return x

    def parameters(self):
        return list(itertools.chain(*(layer.parameters() for layer in self.layers)))

    def train(self, mode=True):
        self.training = mode
        waiting = list(self.layers)
        while waiting:
            layer = waiting.pop()
            layer.training = mode
            if hasattr(layer, "layers"):
                waiting += layer.layers


@sequential.alternative
class SequentialWithAllSteps:
    def __init__(self, layers):
        self.layers, self.training, self.out = layers, True, None

    def __call__(self, x):
        steps = [x]
        while len(steps) <= len(self.layers):
            steps.append(self.layers[len(steps) - 1](steps[-1]))
        self.out = steps[-1]
        return self.out

    def parameters(self):
        found = ()
        for layer in self.layers:
            found = (*found, *layer.parameters())
        return list(found)

    def every(self):
        yield self
        for layer in self.layers:
            yield from layer.every() if hasattr(layer, "every") else [layer]

    def train(self, mode=True):
        for layer in self.every():
            layer.training = mode


sequential.misconception_by_edit(
    "every_layer_gets_the_input",
    old="            x = layer(x)\n        self.out = x",
    new="            self.out = layer(x)",
    symptom="The output is what the last layer makes of the input.",
    question="What does the second layer get?",
    rule="The output of each layer is the input of the next.",
)
sequential.misconception_by_edit(
    "layers_backwards",
    old="for layer in self.layers:\n            x = layer(x)",
    new="for layer in self.layers[::-1]:\n            x = layer(x)",
    symptom="The output is that of the same layers in another order.",
    question="Which layer sees the input first?",
    rule="The list is in the order of the forward pass.",
)
sequential.misconception_by_edit(
    "sequential_out_not_kept",
    old="        return self.out\n",
    new="        out, self.out = self.out, None\n        return out\n",
    symptom="The output is right, but the attribute out does not hold it.",
    question="What can be looked at after the call?",
    rule="A model is a layer too, and a layer remembers its output.",
)
sequential.misconception_by_edit(
    "lists_in_a_list",
    old="[p for layer in self.layers for p in layer.parameters()]",
    new="[layer.parameters() for layer in self.layers]",
    symptom="parameters() hands out lists where tensors are asked for.",
    question="How many loops does a flat list of all parameters take?",
    rule="An optimiser runs over tensors. Which layer they come from is no concern of it.",
)
sequential.misconception_by_edit(
    "first_layer_only",
    old="[p for layer in self.layers for p in layer.parameters()]",
    new="self.layers[0].parameters()",
    symptom="parameters() is too short.",
    question="Does your loop end after the first layer?",
    rule="Every layer that is left out stays as it was drawn, and the loss still falls.",
)
sequential.misconception_by_edit(
    "copies_handed_out",
    old="[p for layer in self.layers for p in layer.parameters()]",
    new="[p.clone() for layer in self.layers for p in layer.parameters()]",
    symptom="Changing what parameters() hands out changes nothing in the model.",
    question="Is what you hand out the tensor itself?",
    rule="Training changes parameters in place. A copy would be trained in vain.",
)
sequential.misconception_by_edit(
    "parameters_backwards",
    old="[p for layer in self.layers for p in layer.parameters()]",
    new="[p for layer in self.layers for p in layer.parameters()][::-1]",
    symptom="The parameters are all there, in another order.",
    question="In which order does your list grow?",
    rule="Whoever keeps something beside each parameter relies on their order.",
)
sequential.misconception_by_edit(
    "flag_stays_outside",
    old="        for layer in self.layers:\n            layer.training = mode\n            if",
    new="        for layer in []:\n            if",
    symptom="After train(False) the layers still behave as in training.",
    question="Who looks at the flag: the model or its layers?",
    rule="Only some layers know two modes, and they look at their own flag. Somebody must set it.",
)
sequential.misconception_by_edit(
    "flag_not_at_depth",
    old="                layer.train(mode)",
    new="                pass",
    symptom="After train(False) the layers of an inner model still behave as in training.",
    question="What happens to layers inside a layer?",
    rule="A model may hold models. A change for all must go down to the last layer.",
)
sequential.misconception_by_edit(
    "flag_one_model_deep",
    old="                layer.train(mode)",
    new="                for inner in layer.layers:\n                    inner.training = mode",
    symptom="After train(False) a model in a model in a model still behaves as in training.",
    question="How many models may lie in one another before your loops end?",
    rule="Where a depth is not known, each level hands the order on to the next.",
)
sequential.misconception_by_edit(
    "own_flag_forgotten",
    old="        self.training = mode\n",
    new="",
    symptom="After train(False) the flag of the model itself is still set.",
    question="What does somebody see who asks the model for its mode?",
    rule="A model is a layer too, and it has the flag that every layer has.",
)
sequential.misconception_by_edit(
    "mode_ignored",
    old="            layer.training = mode\n",
    new="            layer.training = False\n",
    symptom="After evaluation the layers don't go back to training.",
    question="Where does your method use its argument?",
    rule="A switch that can only be turned off leaves the network in evaluation for ever.",
)


# -- a network ------------------------------------------------------------------------------------------

# Builds with recording layers, so that nothing depends on the student's own.
_BUILD = remote_function("""
def build(build_mlp_bn, widths):
    class Linear:
        def __init__(self, fan_in, fan_out, bias=True):
            self.weight, self.bias = torch.ones(fan_in, fan_out), torch.zeros(fan_out) if bias else None
            self.words = f"Linear {fan_in} {fan_out} {'with' if bias else 'without'} bias"
            self.training = True
        def parameters(self):
            return [self.weight] if self.bias is None else [self.weight, self.bias]
    class BatchNorm1d:
        def __init__(self, dim):
            self.gamma, self.beta = torch.ones(dim).requires_grad_(), torch.zeros(dim).requires_grad_()
            self.training = True
            self.words = f"BatchNorm1d {dim}"
        def parameters(self):
            return [self.gamma, self.beta]
    class Tanh:
        words, training = "Tanh", True
        def parameters(self):
            return []
    given = list(widths)
    layers = list(build_mlp_bn(widths, Linear, BatchNorm1d, Tanh))
    norms = [layer for layer in layers if isinstance(layer, BatchNorm1d)]
    linears = [layer for layer in layers if isinstance(layer, Linear)]
    return {
        "layers": [layer.words for layer in layers],
        "objects": len({id(layer) for layer in layers}),
        "numbers": sum(p.numel() for layer in layers for p in layer.parameters()),
        "gammas": [float(layer.gamma.detach().double().mean()) for layer in norms],
        "betas": [float(layer.beta.detach().double().abs().max()) for layer in norms],
        "leaves": all(layer.gamma.is_leaf and layer.gamma.requires_grad for layer in norms),
        "weights": [float(layer.weight.detach().double().mean()) for layer in linears],
        "widths untouched": given == widths,
    }
""")


def distinct_widths(draw: Draw, shape: tuple[int, ...]) -> list[int]:
    """From two to six widths, mostly different ones."""
    return [draw.integer(2, 9) + i for i in range(draw.sizes["L"])]


@grades(
    "build_mlp_bn",
    widths=distinct_widths,
    minimum={"L": 2},
    largest={"L": 6},
    every=True,
    examples=2,
    floor=0.01,
    parts={name: (name,) for name in ("layers", "objects", "numbers", "weights", "gammas", "betas")},
)
def mlp(widths):
    layers, norms = [], len(widths) - 1
    for i in range(norms):
        layers += [f"Linear {widths[i]} {widths[i + 1]} without bias", f"BatchNorm1d {widths[i + 1]}", "Tanh"]
    return {
        "layers": layers[:-1],
        "objects": 3 * norms - 1,
        "numbers": sum(widths[i] * widths[i + 1] + 2 * widths[i + 1] for i in range(norms)),
        "gammas": [1.0] * (norms - 1) + [0.1],
        "betas": [0.0] * norms,
        "leaves": True,
        "weights": [1.0] * norms,
        "widths untouched": True,
    }


@mlp.play
def play_mlp(student, widths):
    return student.run(_BUILD, student, widths)


@mlp.alternative
def hidden_layers_first(widths, Linear, BatchNorm1d, Tanh):
    layers = []
    for i in range(len(widths) - 2):
        layers.append(Linear(widths[i], widths[i + 1], bias=False))
        layers.append(BatchNorm1d(widths[i + 1]))
        layers.append(Tanh())
    last = BatchNorm1d(widths[-1])
    last.gamma = (last.gamma * 0.1).detach().requires_grad_()
    return [*layers, Linear(widths[-2], widths[-1], False), last]


@mlp.alternative
def as_a_tuple_of_generated_layers(widths, Linear, BatchNorm1d, Tanh):
    def block(fan_in, fan_out):
        yield Linear(fan_in, fan_out, bias=False)
        yield BatchNorm1d(fan_out)
        yield Tanh()

    layers = [layer for i in range(1, len(widths)) for layer in block(widths[i - 1], widths[i])][:-1]
    layers[-1].gamma.data.mul_(0.1)
    return layers


@mlp.alternative
def from_the_end(widths, Linear, BatchNorm1d, Tanh):
    layers, rest = [], list(widths)
    while len(rest) > 1:
        fan_out = rest.pop()
        between = [Tanh()] if layers else []
        layers = [Linear(rest[-1], fan_out, bias=False), BatchNorm1d(fan_out), *between, *layers]
    gain = layers[-1].parameters()[0].detach()  # gamma, and the same memory
    gain /= 10
    return layers


mlp.misconception_by_edit(
    "biases_kept",
    old="Linear(fan_in, fan_out, bias=False)",
    new="Linear(fan_in, fan_out)",
    symptom="The linear layers have biases.",
    question="What is left of a constant after batchnorm has subtracted the mean?",
    rule="A bias in front of batchnorm is carried along for ever and learns nothing.",
)
mlp.misconception_by_edit(
    "output_scaled_through_the_weight",
    old="layers[-1].gamma *= 0.1",
    new="layers[-2].parameters()[0].mul_(0.1)",
    symptom="The last weights are scaled, the last gamma is not.",
    question="What does batchnorm do to a scale that was put in before it?",
    rule="Behind batchnorm only the gain sets the scale. Whatever stands before it is normalised away.",
)
mlp.misconception_by_edit(
    "output_not_scaled",
    old="layers[-1].gamma *= 0.1",
    new="pass",
    symptom="The layers are right; the last gamma is still one.",
    question="How sure is the network of its first predictions?",
    rule="A network that knows nothing yet should say so: its first logits are small.",
)
mlp.misconception_by_edit(
    "every_gamma_scaled",
    old="layers[-1].gamma *= 0.1",
    new="for layer in layers[1::3]:\n            layer.gamma *= 0.1",
    symptom="All gammas are scaled where only the last one should be.",
    question="Which layer decides how large the logits are?",
    rule="Small logits are wanted, small activations are not: they would shrink from layer to layer.",
)
mlp.misconception_by_edit(
    "tanh_at_the_end",
    old="    layers.pop()  # no tanh at the end\n",
    new="",
    symptom="There is one layer too many, and it comes last.",
    question="What would a tanh do to the logits?",
    rule="Logits may be any numbers. Behind a tanh no prediction could ever be sure.",
)
mlp.misconception_by_edit(
    "norm_behind_the_tanh",
    old="BatchNorm1d(fan_out), Tanh()]\n    layers.pop()  # no tanh at the end",
    new="Tanh(), BatchNorm1d(fan_out)]\n    layers.pop(-2)",
    symptom="Batchnorm and tanh stand in the other order.",
    question="What is to be normalised: what goes into the tanh, or what comes out?",
    rule="What goes into the tanh decides about saturation, so here that is normalised. Both ways train.",
)
mlp.misconception_by_edit(
    "no_norm_at_the_output",
    old="    layers.pop()  # no tanh at the end\n    with torch.no_grad():\n        layers[-1].gamma *= 0.1",
    new="    layers = layers[:-2]\n    layers[-1].parameters()[0].mul_(0.1)",
    symptom="The last batchnorm is missing.",
    question="Is every linear layer followed by batchnorm?",
    rule="The last linear layer is normalised too in this network, and its gain takes over the scale.",
)
mlp.misconception_by_edit(
    "one_linear_too_few",
    old="itertools.pairwise(widths)",
    new="itertools.pairwise(widths[:-1] if len(widths) > 2 else widths)",
    symptom="The last linear layer is missing.",
    question="How many pairs of neighbours have five widths?",
    rule="Between n widths there are n - 1 layers. Count posts and fences.",
)
mlp.misconception_by_edit(
    "one_tanh_for_all",
    old="BatchNorm1d(fan_out), Tanh()]",
    new="BatchNorm1d(fan_out), layers[2] if layers else Tanh()]",
    symptom="The list holds the same object more than once.",
    question="Whose output does a layer remember that is called three times?",
    rule="A layer remembers its own last output. One object in several places mixes them up.",
)
