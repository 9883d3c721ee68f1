"""What is true of weights of the right size."""

import itertools
import math

import torch
from torch import Tensor

from dojo.grading import Draw, close, grades, integers_in, open_ended, raises, remote_function, require

# --- std_after_matmul and kaiming_std ---------------------------------------------------------------------


def scale(draw: Draw, shape):
    """A float from 0.01 to 10, of two digits, away from 1."""
    return float(f"{0.01 * 1000 ** float(draw.uniform()):.2g}") * 1.01


ROUNDED = {"loose": 1e3}  # a float may have been computed in float32
FAN_IN = {"fan_in": lambda draw, shape: draw.pick([2, 3, 10, 30, 64, 200, 1000])}


@grades("std_after_matmul", x_std=scale, w_std=scale, **FAN_IN, **ROUNDED, examples=6)
def std_after_matmul(x_std, w_std, fan_in):
    variance_of_one_term = x_std**2 * w_std**2
    return (fan_in * variance_of_one_term) ** 0.5


@std_after_matmul.alternative
def through_the_variance(x_std, w_std, fan_in):
    return math.sqrt(sum((x_std * w_std) ** 2 for _ in range(fan_in)))


@std_after_matmul.alternative
def length_of_an_arrow(x_std, w_std, fan_in):
    return torch.full((fan_in,), x_std, dtype=torch.float64).norm() * w_std


@std_after_matmul.alternative
def by_logarithms(x_std, w_std, fan_in):
    return math.exp(math.log(x_std) + math.log(w_std) + 0.5 * math.log(fan_in))


@std_after_matmul.misconception(
    symptom="The result doesn't change with fan_in.",
    question="How many products are added up in one entry?",
    rule="A sum of more independent terms is spread more widely.",
)
def one_term_only(x_std, w_std, fan_in):
    return x_std * w_std


@std_after_matmul.misconception(
    symptom="The result is too large, and most so for large fan_in.",
    question="Do the terms all have the same sign?",
    rule="Independent terms cancel in part. Their variances add up, not their standard deviations.",
)
def grows_with_the_number(x_std, w_std, fan_in):
    return x_std * w_std * fan_in


@std_after_matmul.misconception(
    symptom="The result is the square of what it should be.",
    question="Is that a variance or a standard deviation?",
    rule="Take the root at the end.",
)
def a_variance(x_std, w_std, fan_in):
    return x_std**2 * w_std**2 * fan_in


@std_after_matmul.misconception(
    symptom="The result falls where it should grow.",
    question="Do you undo the effect of fan_in, or predict it?",
    rule="First comes how large the product becomes. The weights that make up for it are the next question.",
)
def falls_with_the_number(x_std, w_std, fan_in):
    return x_std * w_std / math.sqrt(fan_in)


@std_after_matmul.misconception(
    symptom="The result is wrong by a factor that depends on both standard deviations.",
    question="What is the variance of a product of two independent numbers of mean zero?",
    rule="Factors multiply their variances. Only terms add them.",
)
def adds_the_variances_of_factors(x_std, w_std, fan_in):
    return math.sqrt(fan_in * (x_std**2 + w_std**2))


@std_after_matmul.misconception(
    symptom="The result is that of a layer whose input has a standard deviation of 1.",
    question="What does an input that is twice as large do to the output?",
    rule="A linear layer is linear in what goes in, too.",
)
def input_has_size_one(x_std, w_std, fan_in):
    return w_std * math.sqrt(fan_in)


@grades("kaiming_std", gain=scale, **FAN_IN, **ROUNDED, examples=6)
def kaiming_std(fan_in, gain):
    return torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(3, fan_in))[0] ** -0.5 * gain


@kaiming_std.alternative
def by_a_power(fan_in, gain):
    return gain * fan_in**-0.5


@kaiming_std.alternative
def in_float32(fan_in, gain):
    return (gain * torch.tensor(fan_in, dtype=torch.float32).rsqrt()).item()


@kaiming_std.alternative
def root_of_a_variance(fan_in, gain):
    return (gain**2 / fan_in) ** 0.5


@kaiming_std.misconception(
    symptom="It is right for a gain of 1 and for no other.",
    question="If the output is to be twice as large, how much larger must the weights be?",
    rule="A gain is a factor on sizes, so on the standard deviation and not on the variance.",
)
def gain_under_the_root(fan_in, gain):
    return math.sqrt(gain / fan_in)


@kaiming_std.misconception(
    symptom="The result is too small, and most so for large fan_in.",
    question="How large is a sum of fan_in independent terms?",
    rule="A sum of independent terms grows like the root of their number.",
)
def gain_over_fan_in(fan_in, gain):
    return gain / fan_in


@kaiming_std.misconception(
    symptom="The result is the square of what it should be.",
    question="Is that a variance or a standard deviation?",
    rule="The paper gives the variance. A factor on normal numbers needs its root.",
)
def a_variance_of_weights(fan_in, gain):
    return gain**2 / fan_in


@kaiming_std.misconception(
    symptom="The result grows where it should fall.",
    question="Must weights be larger or smaller if more of them are added up?",
    rule="More terms, smaller weights.",
)
def grows_with_fan_in(fan_in, gain):
    return gain * math.sqrt(fan_in)


@kaiming_std.misconception(
    symptom="It is right for a gain of 1 and for no other.",
    question="What does your code do with the gain?",
    rule="A gain makes up for what the nonlinearity will take away.",
)
def gain_is_always_one(fan_in, gain):
    return 1 / math.sqrt(fan_in)


@kaiming_std.misconception(
    symptom="It is right for a gain of 1; a larger gain gives smaller weights.",
    question="Does a gain make the weights larger or smaller?",
    rule="A gain above 1 makes the signal larger.",
)
def divided_by_the_gain(fan_in, gain):
    return 1 / (gain * math.sqrt(fan_in))


@kaiming_std.misconception(
    symptom="It is right for a gain of the root of 2 and for no other.",
    question="For which nonlinearity was the formula made that you have used?",
    rule="The gain is an argument, so that one formula serves all nonlinearities.",
)
def always_for_relu(fan_in, gain):
    return math.sqrt(2 / fan_in)


# --- gain_of ----------------------------------------------------------------------------------------------

FUNCTIONS = [
    "{a} * z",
    "{a} * torch.clamp(z, min=0)",
    "torch.where(z > 0, z, 0.1 * z) * {a}",
    "{a} * torch.tanh({b} * z)",
    "{a} * torch.sigmoid({b} * z)",
    "z * torch.sigmoid({a} * z)",
    "{a} + {b} * torch.sin({b} * z)",
    "{a} * (z - {b}).abs()",
    "torch.log1p(torch.exp({a} * z))",
    "torch.where(z > 0, z, torch.exp(torch.clamp(z, max=0)) - 1) + {b}",
    "{a} * torch.exp(z)",  # its squares weigh most around 2, and beyond 4 still two percent
    "{a} * torch.tanh(12 * z)",  # a coarse grid does not see how narrow the step is
    "torch.where(z > 12, torch.inf, {a} * z)",  # so far and no farther is the promise
    "torch.where(z < -12, torch.inf, {a} * z)",
]


def a_nonlinearity(draw: Draw):
    a, b = (round(0.5 + 2 * float(draw.uniform()), 2) for _ in range(2))
    text = FUNCTIONS[draw.sizes["kind"]].format(a=a, b=b)
    return {"f": remote_function(f"def f(z):\n    return {text}")}


@grades(
    "gain_of",
    case_of=a_nonlinearity,
    minimum={"kind": 0},
    largest={"kind": len(FUNCTIONS) - 1},
    every=True,
    examples=2,
    loose=1e6,  # the text asks for 0.1 percent, because any fine grid shall do
)
def gain_of(f):
    z = torch.linspace(-10, 10, 4_001, dtype=torch.float64)
    return float(torch.trapezoid(f(z) ** 2 * torch.exp(-(z**2) / 2), z) / (2 * math.pi) ** 0.5) ** -0.5


@gain_of.alternative
def numbers_that_are_equally_likely(f):
    edges = torch.linspace(0.5, 1, 500_001, dtype=torch.float64)  # a tenth would miss too much of exp
    upper = torch.special.ndtri((edges[1:] + edges[:-1]) / 2)
    return float((f(torch.cat([upper, -upper])).square()).mean() ** -0.5)


@gain_of.alternative
def by_the_trapezoidal_rule(f):
    z = torch.arange(-8, 8.001, 0.01, dtype=torch.float64)
    return torch.trapezoid(f(z).pow(2) * torch.exp(-0.5 * z * z), z).mul((2 * math.pi) ** -0.5).rsqrt().item()


@gain_of.alternative
def weights_that_sum_to_one(f):
    z = torch.linspace(-7, 7, 2_001, dtype=torch.float64)
    weights = torch.exp(-(z**2) / 2)
    return 1 / ((f(z) ** 2 * weights).sum() / weights.sum()).sqrt()


@gain_of.alternative
def point_by_point(f):
    total, step = 0.0, 0.02
    for i in range(-400, 401):
        z = i * step
        height = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
        total += float(f(torch.tensor([z], dtype=torch.float64))) ** 2 * height * step
    return total**-0.5


def bell(reach=12.0):
    z = torch.linspace(-reach, reach, 24_001, dtype=torch.float64)
    weights = torch.exp(-(z**2) / 2)
    return z, weights / weights.sum()


@gain_of.misconception(
    symptom="It is right for tanh and too large for relu.",
    question="What do the next pre-activations depend on, if the outputs have a mean that isn't zero?",
    rule="A sum with random weights of mean zero sees the squares of its inputs. Their mean counts in it.",
)
def takes_the_mean_off(f):
    z, weights = bell()
    mean = (f(z) * weights).sum()
    return float((((f(z) - mean) ** 2) * weights).sum() ** -0.5)


@gain_of.misconception(
    symptom="For 4 * z the result is 4 instead of 0.25.",
    question="Does the gain describe the nonlinearity, or make up for it?",
    rule="Who shrinks the signal needs a gain above one.",
)
def size_of_the_output(f):
    z, weights = bell()
    return float((f(z) ** 2 * weights).sum() ** 0.5)


@gain_of.misconception(
    symptom="For 4 * z the result is 1/16 instead of 0.25.",
    question="Is the gain a factor on the variance or on the standard deviation?",
    rule="A gain is a factor on sizes. A mean of squares needs its root taken.",
)
def no_root(f):
    z, weights = bell()
    return float(1 / (f(z) ** 2 * weights).sum())


@gain_of.misconception(
    symptom="The identity gets about 1.25 instead of 1.",
    question="Is the size of a sum decided by the sizes of its terms, or by their squares?",
    rule="Variances add up, and a variance is a mean of squares.",
)
def mean_size(f):
    z, weights = bell()
    return float(1 / (f(z).abs() * weights).sum())


@gain_of.misconception(
    symptom="The identity is far off, and no result is right.",
    question="Are all z equally likely?",
    rule="A mean over normal numbers weighs each value with how often it occurs.",
)
def every_z_alike(f):
    z = torch.linspace(-3, 3, 6_001, dtype=torch.float64)
    return float((f(z) ** 2).mean() ** -0.5)


@gain_of.misconception(
    symptom="The identity is right and tanh is not.",
    question="Do all pre-activations lie where the curve is straight?",
    rule="The slope at zero describes small signals. Standard normal ones reach into the curve.",
)
def slope_at_zero(f):
    step = torch.tensor([1e-4, -1e-4], dtype=torch.float64)
    there = f(step)
    return float(2e-4 / (there[0] - there[1]))


@gain_of.misconception(
    symptom="The results are close, but not to 0.1 percent.",
    question="How far is the mean of a thousand random numbers from the true mean?",
    rule="The error of random sampling falls only with the root of the number of draws.",
)
def a_few_thousand_draws(f):
    z = torch.randn(3_000, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    return float((f(z) ** 2).mean() ** -0.5)


@gain_of.misconception(
    symptom="All results are too small by the same factor, about 0.63.",
    question="What is the area under your bell curve?",
    rule="Weights of a mean sum to one.",
)
def bell_of_another_area(f):
    z = torch.linspace(-12, 12, 24_001, dtype=torch.float64)
    return float(((f(z) ** 2 * torch.exp(-(z**2) / 2)).sum() * (z[1] - z[0])) ** -0.5)


# --- kaiming_init -----------------------------------------------------------------------------------------

GAINS = {"linear": 1.0, "relu": 2.0**0.5, "tanh": 5 / 3}
FANS = [(80, 300), (300, 80), (60, 400), (400, 60), (100, 240), (240, 100)]  # 24 000 weights each

# The probability is that of all the checks of `right_deviation` and `normal_with_mean_zero`, below.
kaiming_init = open_ended(
    "kaiming_init",
    file=__file__,
    says_dtype=True,
    false_positive=1e-9,
    seed=integers_in(0, 9999),
    case_of=lambda draw: {
        **dict(zip(("fan_in", "fan_out"), draw.pick(FANS), strict=True)),
        "nonlinearity": draw.pick(list(GAINS)),
        "seed": draw.integer(0, 9999),
    },
)


@kaiming_init.property("is a float64 tensor of shape (fan_in, fan_out)", examples=1)
def form_of_weights(answer, fan_in, fan_out):
    require(isinstance(answer, Tensor), "a tensor is asked for")
    require(tuple(answer.shape) == (fan_in, fan_out), f"its shape is {tuple(answer.shape)}")
    require(answer.dtype == torch.float64, "it is not float64")
    return bool(answer.isfinite().all())


# Divided by the right standard deviation, the weights of a right answer are n = 24 000 standard normal
# numbers. Four statements about them, checked twice each and the first one for three nonlinearities, so that
# one of them is false with a probability below 7e-10:
# - their sum of squares is chi-square with n degrees of freedom: below n - 2 sqrt(n x), or above
#   n + 2 sqrt(n x) + 2 x, with probability exp(-x) each (Laurent and Massart 2000), 8e-11 in all for x = 24.
#   That is 3.2 % of the standard deviation downwards and 3.2 % upwards;
# - their sum is normal with variance n: beyond 6.6 sqrt(n) with probability 5e-11;
# - the share of those below 1 in size is 0.6827; by Hoeffding it is 0.0225 or more away with probability
#   2 exp(-2 n 0.0225^2) = 6e-11; of uniform numbers with the same standard deviation it is 0.577;
# - half of the numbers in a row or a column are equal to others with probability zero.
X = 24.0


def right_deviation(name, gain):
    """A statement: the weights for this nonlinearity have the standard deviation that they should have."""

    def holds(student, fan_in, fan_out, seed):
        n = fan_in * fan_out
        squares = float((student(fan_in, fan_out, name, seed) ** 2).sum()) / (gain**2 / fan_in)
        return n - 2 * (n * X) ** 0.5 <= squares <= n + 2 * (n * X) ** 0.5 + 2 * X

    holds.__name__ = f"right_deviation_for_{name}"
    return holds


for name, gain in GAINS.items():
    words = f"has the standard deviation that {name} asks for, within 3.2 %"
    kaiming_init.property(words, examples=2)(right_deviation(name, gain))


@kaiming_init.property("is normal with mean zero, drawn number by number", examples=2)
def normal_with_mean_zero(student, fan_in, fan_out, nonlinearity, seed):
    n = fan_in * fan_out
    z = student(fan_in, fan_out, nonlinearity, seed) / (GAINS[nonlinearity] / fan_in**0.5)
    centred = abs(float(z.sum())) <= 6.6 * n**0.5
    shaped = abs(float((z.abs() < 1).double().mean()) - 0.6827) < 0.0225
    one_by_one = len(z[0].unique()) > fan_out / 2 and len(z[:, 0].unique()) > fan_in / 2
    return centred and shaped and one_by_one


@kaiming_init.property("changes with the seed", examples=1)
def weights_seed_matters(student, fan_in, fan_out, nonlinearity, seed):
    one, *others = (student(fan_in, fan_out, nonlinearity, seed + more) for more in (0, 1, 100))
    return not any(close(one, other) for other in others)


@kaiming_init.property("raises a ValueError for a nonlinearity that it doesn't know", examples=1)
def unknown_nonlinearity(student, fan_in, fan_out, seed):
    return raises("ValueError", student, fan_in, fan_out, "softsign", seed)


STATE = remote_function("""
    def state():
        state = torch.get_rng_state().double()
        return int(state @ torch.arange(1, len(state) + 1).double()) % 2**31
""")


@kaiming_init.property("leaves PyTorch's global random generator alone", examples=1)
def weights_global_untouched(student, fan_in, fan_out, nonlinearity, seed):
    before = student.run(STATE)
    student(fan_in, fan_out, nonlinearity, seed)
    return student.run(STATE) == before


def gain_for(nonlinearity):
    gains = {"linear": 1.0, "relu": 2.0**0.5, "tanh": 5 / 3}
    if nonlinearity not in gains:
        raise ValueError(nonlinearity)
    return gains[nonlinearity]


def normal(seed, *shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@kaiming_init.alternative
def filled_in_place(fan_in, fan_out, nonlinearity, seed):
    g = torch.Generator()
    g.manual_seed(seed + 12345)
    w = torch.empty(fan_in, fan_out, dtype=torch.float64)
    return w.normal_(0.0, gain_for(nonlinearity) / math.sqrt(fan_in), generator=g)


@kaiming_init.alternative
def column_by_column(fan_in, fan_out, nonlinearity, seed):
    g, gain = torch.Generator().manual_seed(seed), gain_for(nonlinearity)
    columns = [torch.randn(fan_in, generator=g).double() for _ in range(fan_out)]
    return torch.stack(columns, 1) * (gain**2 / fan_in) ** 0.5


@kaiming_init.alternative
def with_if(fan_in, fan_out, nonlinearity, seed):
    if nonlinearity == "relu":
        variance = 2 / fan_in
    elif nonlinearity == "tanh":
        variance = 25 / 9 / fan_in
    elif nonlinearity == "linear":
        variance = 1 / fan_in
    else:
        raise ValueError("unknown nonlinearity " + nonlinearity)
    g = torch.Generator().manual_seed(seed)
    return torch.normal(0.0, variance**0.5, (fan_in, fan_out), generator=g, dtype=torch.float64)


@kaiming_init.misconception(
    symptom="The weights are far too large for every nonlinearity.",
    question="Which part of your code knows how many numbers go into a unit?",
    rule="Standard normal weights make each layer larger than the one before by the root of its fan-in.",
)
def no_scale(fan_in, fan_out, nonlinearity, seed):
    return normal(seed, fan_in, fan_out) * gain_for(nonlinearity)


@kaiming_init.misconception(
    symptom="The size depends on fan_out.",
    question="Over which axis of the weights does x @ w sum?",
    rule="Fan-in counts what goes into a unit, and here that is the first axis.",
)
def scaled_by_fan_out(fan_in, fan_out, nonlinearity, seed):
    return normal(seed, fan_in, fan_out) * gain_for(nonlinearity) / fan_out**0.5


@kaiming_init.misconception(
    symptom="The size depends on both fans.",
    question="Which of the two sizes does the forward pass feel?",
    rule="The mean of both fans is a compromise with the backward pass. Here the forward pass alone counts.",
)
def mean_of_both_fans(fan_in, fan_out, nonlinearity, seed):
    return normal(seed, fan_in, fan_out) * gain_for(nonlinearity) * (2 / (fan_in + fan_out)) ** 0.5


@kaiming_init.misconception(
    symptom="The weights are far too small.",
    question="How many weights does one unit have?",
    rule="Fan-in is not the number of all weights.",
)
def scaled_by_all_weights(fan_in, fan_out, nonlinearity, seed):
    return normal(seed, fan_in, fan_out) * gain_for(nonlinearity) / (fan_in * fan_out) ** 0.5


@kaiming_init.misconception(
    symptom="The weights are too small, and most so for large fan-in.",
    question="How does the size of a sum of independent terms grow with their number?",
    rule="It is the variance that grows like the number of terms.",
)
def root_forgotten(fan_in, fan_out, nonlinearity, seed):
    return normal(seed, fan_in, fan_out) * gain_for(nonlinearity) / fan_in


@kaiming_init.misconception(
    symptom="Linear is right; relu and tanh are too small.",
    question="Is the gain a factor on the variance or on the standard deviation?",
    rule="A gain is a factor on sizes. Under a root it loses half of its effect.",
)
def gain_on_the_variance(fan_in, fan_out, nonlinearity, seed):
    return normal(seed, fan_in, fan_out) * (gain_for(nonlinearity) / fan_in) ** 0.5


@kaiming_init.misconception(
    symptom="Linear is right; relu and tanh are too large.",
    question="Does a gain of the root of two make the weights twice as large?",
    rule="The paper's two is a variance. Use it once, as a variance, or its root as a size.",
)
def gain_twice(fan_in, fan_out, nonlinearity, seed):
    return normal(seed, fan_in, fan_out) * gain_for(nonlinearity) ** 2 / fan_in**0.5


@kaiming_init.misconception(
    symptom="Linear is right; relu and tanh are too small.",
    question="What does a squashing function do to the size of a signal, layer after layer?",
    rule="The gain makes up for what the nonlinearity takes away.",
)
def gain_ignored(fan_in, fan_out, nonlinearity, seed):
    gain_for(nonlinearity)
    return normal(seed, fan_in, fan_out) / fan_in**0.5


@kaiming_init.misconception(
    symptom="relu is right; linear and tanh are not.",
    question="For which nonlinearity was the paper's formula made?",
    rule="Each nonlinearity takes away another part of the signal and needs a gain of its own.",
)
def relu_for_all(fan_in, fan_out, nonlinearity, seed):
    gain_for(nonlinearity)
    return normal(seed, fan_in, fan_out) * (2 / fan_in) ** 0.5


@kaiming_init.misconception(
    symptom="tanh is a little too small, the others are right.",
    question="Which gain does the text name for tanh?",
    rule="The gain of tanh is a convention, a little above what keeps a standard normal signal alive.",
)
def gain_of_tanh_computed(fan_in, fan_out, nonlinearity, seed):
    gain = 1.5925 if nonlinearity == "tanh" else gain_for(nonlinearity)
    return normal(seed, fan_in, fan_out) * gain / fan_in**0.5


@kaiming_init.misconception(
    symptom="The weights are too small by the root of 3.",
    question="What is the standard deviation of numbers that are spread evenly between -a and a?",
    rule="The bound of a uniform distribution is not its standard deviation.",
)
def uniform_within_one_deviation(fan_in, fan_out, nonlinearity, seed):
    g = torch.Generator().manual_seed(seed)
    w = 2 * torch.rand((fan_in, fan_out), generator=g, dtype=torch.float64) - 1
    return w * gain_for(nonlinearity) / fan_in**0.5


@kaiming_init.misconception(
    symptom="The size is right, but the numbers are spread evenly between two bounds.",
    question="Which distribution does the task name?",
    rule="Two distributions can have the same standard deviation and different shapes.",
)
def uniform_weights(fan_in, fan_out, nonlinearity, seed):
    g = torch.Generator().manual_seed(seed)
    w = 2 * torch.rand((fan_in, fan_out), generator=g, dtype=torch.float64) - 1
    return w * gain_for(nonlinearity) * (3 / fan_in) ** 0.5


@kaiming_init.misconception(
    symptom="The weights have their axes in the other order.",
    question="In x @ w, which axis of w meets x?",
    rule="Here a weight has its inputs along the first axis. PyTorch's own layers store the transpose.",
)
def stored_transposed(fan_in, fan_out, nonlinearity, seed):
    return normal(seed, fan_out, fan_in) * gain_for(nonlinearity) / fan_in**0.5


@kaiming_init.misconception(
    symptom="All columns are the same.",
    question="What would ever make two units with the same weights different?",
    rule="Equal weights get equal gradients. Draw every weight by itself.",
)
def one_unit_repeated(fan_in, fan_out, nonlinearity, seed):
    return normal(seed, fan_in, 1).repeat(1, fan_out) * gain_for(nonlinearity) / fan_in**0.5


@kaiming_init.misconception(
    symptom="Another seed gives the same numbers.",
    question="Where does your code use its argument seed?",
    rule="A seed that is written down in the code makes the argument useless.",
)
def seed_ignored(fan_in, fan_out, nonlinearity, seed):
    return normal(2147483647, fan_in, fan_out) * gain_for(nonlinearity) / fan_in**0.5


@kaiming_init.misconception(
    symptom="The numbers are fine, but after your call other code draws other random numbers than before.",
    question="Whose random generator do you seed?",
    rule="The global generator belongs to everybody. Make one of your own and pass it on.",
)
def global_generator_seeded(fan_in, fan_out, nonlinearity, seed):
    torch.manual_seed(seed)
    w = torch.randn(fan_in, fan_out, dtype=torch.float64)
    return w * gain_for(nonlinearity) / fan_in**0.5


@kaiming_init.misconception(
    symptom="The numbers are float32.",
    question="Which dtype does the task ask for, and where does your code say so?",
    rule="Without a dtype you get the default, which may be another one tomorrow.",
)
def weights_in_float32(fan_in, fan_out, nonlinearity, seed):
    return normal(seed, fan_in, fan_out).float() * gain_for(nonlinearity) / fan_in**0.5


# --- linear_stack_collapses -------------------------------------------------------------------------------


def stack_of(draw: Draw, shallowest):
    """Layers of sizes that differ or, for every second kind, are all the same."""
    depth, square = shallowest + draw.sizes["kind"] // 2, draw.sizes["kind"] % 2
    sizes = [draw.integer(2, 5) for _ in range(depth + 1)]
    sizes = [draw.integer(2, 4)] * (depth + 1) if square else sizes
    return [draw.normal(rows, columns) for rows, columns in itertools.pairwise(sizes)]


def layers_with_biases(draw: Draw):
    weights = stack_of(draw, 1)
    return {"weights": weights, "biases": [draw.normal(weight.shape[1]) for weight in weights]}


@grades(
    "linear_stack_collapses",
    case_of=layers_with_biases,
    minimum={"kind": 0},
    largest={"kind": 7},
    every=True,
    examples=2,
    parts={"W": (0,), "b": (1,)},
    may_be_trivial=True,  # a stack of one layer is that layer; deeper ones refute whatever is not a product
)
def linear_stack_collapses(weights, biases):
    K = weights[0].shape[0]
    outputs = torch.cat([torch.zeros(1, K, dtype=torch.float64), torch.eye(K, dtype=torch.float64)])
    for weight, bias in zip(weights, biases, strict=True):
        outputs = outputs @ weight + bias
    return outputs[1:] - outputs[0], outputs[0]


@linear_stack_collapses.alternative
def from_the_end(weights, biases):
    W, b = weights[-1].clone(), biases[-1].clone()
    for weight, bias in zip(reversed(weights[:-1]), reversed(biases[:-1]), strict=True):
        b = bias @ W + b
        W = weight @ W
    return W, b


@linear_stack_collapses.alternative
def bias_as_a_row_of_the_weights(weights, biases):
    total = None
    for weight, bias in zip(weights, biases, strict=True):
        rows, columns = weight.shape
        layer = torch.zeros((rows + 1, columns + 1), dtype=weight.dtype)
        layer[:rows, :columns], layer[rows, :columns], layer[rows, columns] = weight, bias, 1
        total = layer if total is None else total @ layer
    return [total[:-1, :-1].clone(), total[-1, :-1].clone()]


@linear_stack_collapses.alternative
def by_multi_dot(weights, biases):
    def product(matrices, size):
        result = torch.eye(size, dtype=weights[0].dtype)
        for matrix in matrices:
            result = torch.einsum("ij,jk->ik", result, matrix)
        return result

    b = torch.zeros_like(biases[-1])
    for i, bias in enumerate(biases):
        b += bias @ product(weights[i + 1 :], len(bias))
    return product(weights, len(weights[0])), b


@linear_stack_collapses.misconception(
    symptom="Sizes don't fit, or square matrices give wrong numbers.",
    question="Which layer reads x first, and on which side of x does its matrix stand?",
    rule="Matrix products don't commute. With x on the left, the first layer stands on the left.",
)
def last_layer_first(weights, biases):
    W, b = weights[-1].clone(), biases[-1].clone()
    for weight, bias in zip(reversed(weights[:-1]), reversed(biases[:-1]), strict=True):
        W, b = W @ weight, b @ weight + bias
    return W, b


@linear_stack_collapses.misconception(
    symptom="The matrix is right and the bias is that of the last layer.",
    question="What becomes of a number that the first layer adds?",
    rule="What is added early goes through all later layers and comes out at the end.",
)
def last_bias_only(weights, biases):
    W = weights[0].clone()
    for weight in weights[1:]:
        W = W @ weight
    return W, biases[-1].clone()


@linear_stack_collapses.misconception(
    symptom="The matrix is right. The bias is wrong, or sizes don't fit.",
    question="Is a bias that is added early still the same number at the end?",
    rule="A bias is multiplied by every layer that comes after it.",
)
def biases_summed(weights, biases):
    W, b = weights[0].clone(), biases[0].clone()
    for weight, bias in zip(weights[1:], biases[1:], strict=True):
        W, b = W @ weight, b + bias
    return W, b


@linear_stack_collapses.misconception(
    symptom="The matrix is right. The bias is wrong from three layers on.",
    question="Through how many layers does the first bias go?",
    rule="The bias that has been collected so far goes through the next layer as a whole.",
)
def bias_passes_one_layer(weights, biases):
    W, b = weights[0].clone(), biases[0].clone()
    for i in range(1, len(weights)):
        W, b = W @ weights[i], biases[i - 1] @ weights[i] + biases[i]
    return W, b


@linear_stack_collapses.misconception(
    symptom="The bias is wrong: each bias seems to have gone through its own layer.",
    question="Is a bias added before its layer's product or after it?",
    rule="A bias comes after its own matrix. Only the later ones change it.",
)
def bias_passes_its_own_layer(weights, biases):
    W, b = weights[0].clone(), biases[0].clone()
    for weight, bias in zip(weights[1:], biases[1:], strict=True):
        W = W @ weight
        b = (b + bias) @ weight if len(b) == len(bias) else b @ weight
    return W, b


@linear_stack_collapses.misconception(
    symptom="A stack of one layer comes back as the caller's own tensors.",
    question="What does your code return when there is nothing to multiply?",
    rule="A new name is not a new tensor.",
)
def single_layer_aliased(weights, biases):
    W, b = weights[0], biases[0]
    for weight, bias in zip(weights[1:], biases[1:], strict=True):
        W, b = W @ weight, b @ weight + bias
    return W, b


# --- deep_linear_step -------------------------------------------------------------------------------------


def stack_and_gradient(draw: Draw):
    weights = stack_of(draw, 2)
    dW = draw.normal(weights[0].shape[0], weights[-1].shape[1])
    return {"weights": weights, "dW": dW, "lr": draw.pick([0.01, 0.05, 0.1, 0.3])}


def product_of(matrices):
    result = matrices[0]
    for matrix in matrices[1:]:
        result = result @ matrix
    return result


@grades(
    "deep_linear_step",
    case_of=stack_and_gradient,
    derived={"K": lambda s: 0, "V": lambda s: 0},  # the stack has its own sizes
    minimum={"kind": 0},
    largest={"kind": 5},
    every=True,
    examples=2,
)
def deep_linear_step(weights, dW, lr):
    leaves = [weight.clone().requires_grad_() for weight in weights]
    gradients = torch.autograd.grad((product_of(leaves) * dW).sum(), leaves)
    return product_of([w - lr * g for w, g in zip(weights, gradients, strict=True)])


@deep_linear_step.alternative
def by_running_products(weights, dW, lr):
    K, V = dW.shape
    front, behind = [torch.eye(K, dtype=dW.dtype)], [torch.eye(V, dtype=dW.dtype)]
    for i in range(len(weights) - 1):
        front.append(front[-1] @ weights[i])
        behind.insert(0, weights[-1 - i] @ behind[0])
    result = front[0]
    for a, w, z in zip(front, weights, behind, strict=True):
        result = result @ (w - lr * (a.T @ dW @ z.T))
    return result


@deep_linear_step.alternative
def backwards_like_a_network(weights, dW, lr):
    inputs, h = [], torch.eye(len(dW), dtype=dW.dtype)
    for weight in weights:
        inputs.append(h)
        h = h @ weight
    new, d = list(weights), dW
    for i in range(len(weights) - 1, -1, -1):
        new[i] = weights[i] - lr * torch.einsum("ka,kb->ab", inputs[i], d)
        d = d @ weights[i].T
    h = torch.eye(len(dW), dtype=dW.dtype)
    for weight in new:
        h = h @ weight
    return h


@deep_linear_step.alternative
def number_by_number(weights, dW, lr):
    def product(matrices, size):
        result = [[float(i == j) for j in range(size)] for i in range(size)]
        for matrix in matrices:
            columns = matrix.T.tolist()
            for i, row in enumerate(result):
                result[i] = [sum(a * b for a, b in zip(row, column, strict=True)) for column in columns]
        return torch.tensor(result, dtype=dW.dtype)

    new = []
    for i, weight in enumerate(weights):
        rows, columns = weight.shape
        before, after = product(weights[:i], len(dW)), product(weights[i + 1 :], columns)
        stepped = weight.clone()
        for a in range(rows):
            for b in range(columns):  # what this weight adds to each entry of the product
                stepped[a, b] -= lr * (before[:, a : a + 1] * after[b : b + 1] * dW).sum()
        new.append(stepped)
    return product(new, len(dW))


@deep_linear_step.misconception(
    symptom="The result is what a single layer would do.",
    question="Which numbers does gradient descent change: the product, or its factors?",
    rule="The same function can be made of other parameters, and then it learns in another way.",
)
def steps_on_the_product(weights, dW, lr):
    return product_of(weights) - lr * dW


@deep_linear_step.misconception(
    symptom="The result is close for small learning rates.",
    question="With which weights was the gradient of the second matrix computed?",
    rule="All gradients belong to the point before the step. Update when you have all of them.",
)
def one_after_the_other(weights, dW, lr):
    weights = list(weights)
    for i in range(len(weights)):
        d = dW
        for before in weights[:i]:
            d = before.T @ d
        for after in reversed(weights[i + 1 :]):
            d = d @ after.T
        weights[i] = weights[i] - lr * d
    return product_of(weights)


@deep_linear_step.misconception(
    symptom="The result is close for small learning rates.",
    question="What becomes of the product of two changes when two factors change at once?",
    rule="A product of changed factors is more than the sum of the changes of one factor each.",
)
def changes_added_up(weights, dW, lr):
    total = product_of(weights)
    for i in range(len(weights)):
        d = dW
        for before in weights[:i]:
            d = before.T @ d
        for after in reversed(weights[i + 1 :]):
            d = d @ after.T
        total = total - lr * product_of([*weights[:i], d, *weights[i + 1 :]])
    return total


@deep_linear_step.misconception(
    symptom="Sizes don't fit, or square matrices give wrong numbers.",
    question="Which shape must the gradient of a matrix have?",
    rule="On the way back through a product, each neighbour comes in transposed.",
)
def not_transposed(weights, dW, lr):
    new = []
    for i, weight in enumerate(weights):
        d = dW
        for before in weights[:i]:
            d = before @ d
        for after in reversed(weights[i + 1 :]):
            d = d @ after
        new.append(weight - lr * d)
    return product_of(new)


@deep_linear_step.misconception(
    symptom="The product moves in the wrong direction.",
    question="Does gradient descent go along the gradient or against it?",
    rule="A step of descent is subtracted.",
)
def climbs(weights, dW, lr):
    new = []
    for i, weight in enumerate(weights):
        d = dW
        for before in weights[:i]:
            d = before.T @ d
        for after in reversed(weights[i + 1 :]):
            d = d @ after.T
        new.append(weight + lr * d)
    return product_of(new)


@deep_linear_step.misconception(
    symptom="Only the last matrix seems to learn.",
    question="How many matrices get a gradient?",
    rule="Every matrix of a stack makes a step.",
)
def last_matrix_only(weights, dW, lr):
    d = dW
    for before in weights[:-1]:
        d = before.T @ d
    return product_of([*weights[:-1], weights[-1] - lr * d])


@deep_linear_step.misconception(
    symptom="The numbers are right, but the caller's matrices have changed.",
    question="Does your update write into the tensors that you were given?",
    rule="Make new tensors for a step that the caller should be able to repeat.",
)
def updates_in_place(weights, dW, lr):
    steps = []
    for i in range(len(weights)):
        d = dW
        for before in weights[:i]:
            d = before.T @ d
        for after in reversed(weights[i + 1 :]):
            d = d @ after.T
        steps.append(d)
    for weight, step in zip(weights, steps, strict=True):
        weight -= lr * step
    return product_of(weights)


# --- gain_sweep -------------------------------------------------------------------------------------------


# Rows and width of x, layers, whether there is a tanh, and what sort of network it is.
NETWORKS = [
    (3, 2, 3, False, "random"),
    (4, 2, 3, True, "random"),
    (2, 2, 2, True, "a quarter"),
    (2, 2, 2, True, "below"),
    (7, 1, 2, True, "two of seven"),
    (3, 2, 2, False, "small"),
    (3, 2, 2, False, "large"),
    (6, 2, 3, True, "random"),
    (5, 2, 2, False, "random"),
    (4, 3, 4, True, "random"),
    (5, 4, 5, False, "random"),
    (7, 4, 5, True, "random"),
]
ALL_GAINS = [0.3, 0.6, 1.0, 1.4, 5 / 3, 3.0]


def network_and_gains(draw: Draw):
    """A deep network and gains of all kinds: from far too small to far too large."""
    N, K, L, tanh, sort = NETWORKS[draw.sizes["kind"]]
    x = draw.normal(N, K)
    if sort == "random":
        chosen = torch.randperm(len(ALL_GAINS), generator=draw.generator)[:3]
        gains = torch.tensor(ALL_GAINS, dtype=torch.float64)[chosen]
        gains[draw.integer(0, 2)] = 6.0
        weights = torch.randn((L, K, K), generator=draw.generator, dtype=torch.float64)
    else:  # each layer multiplies by the gain, or by a little more
        gains = torch.tensor([1.25, 0.5, 1.8, 0.75], dtype=torch.float64)
        weights = K**0.5 * (1.0 + 0.05 * draw.uniform(L, 1, 1)) * torch.eye(K, dtype=torch.float64)
        x = torch.randn((N, K), generator=draw.generator, dtype=torch.float64)  # no spread is zero
        x = draw.finish(x * {"small": 0.05, "large": 20.0}.get(sort, 1e-3))
    if sort in ("a quarter", "below", "two of seven"):
        gains = torch.tensor([3.0, 2.8, 2.6], dtype=torch.float64)
    if sort == "a quarter":  # one output of four saturates, and a quarter is not more than a quarter
        x[draw.integer(0, 1), draw.integer(0, 1)] = 5.0
    if sort == "below":  # two of four do, at the lower end
        x[draw.integer(0, 1)] = -5.0
    if sort == "two of seven":  # a little more than a quarter
        x[draw.integer(0, 3)], x[draw.integer(4, 6)] = 5.0, -5.0
    return {"x": x, "weights": draw.finish(weights), "gains": draw.finish(gains), "tanh": tanh}


def sweep(x, weights, gains, tanh, correction=1):
    """All activations and the table of their standard deviations."""
    K = x.shape[1]
    everything = []
    for gain in gains:
        h, outputs = x, []
        for weight in weights:
            h = h @ weight * gain / K**0.5
            h = h.tanh() if tanh else h
            outputs.append(h)
        everything.append(torch.stack(outputs))
    outputs = torch.stack(everything)  # (G, L, N, K)
    return outputs, outputs.flatten(2).std(2, correction=correction)


def verdicts_of(outputs, stds, tanh):
    found = []
    for h, row in zip(outputs, stds, strict=True):
        saturated = tanh and (h[-1].abs() > 0.97).double().mean() > 0.25
        ratio = row[-1] / row[0]
        other = "shrink" if ratio < 0.6 else "explode" if ratio > 1.5 else "ok"
        found.append("saturate" if saturated else other)
    return found


@grades(
    "gain_sweep",
    case_of=network_and_gains,
    derived=dict.fromkeys(("N", "K", "L", "G"), lambda s: 0),  # see NETWORKS
    minimum={"kind": 0},
    largest={"kind": len(NETWORKS) - 1},
    every=True,
    examples=4,
    parts={"stds": (0,), "verdicts": (1,)},
)
def gain_sweep(x, weights, gains, tanh):
    outputs, stds = sweep(x, weights, gains, tanh)
    return stds, verdicts_of(outputs, stds, tanh)


@gain_sweep.alternative
def all_gains_at_once(x, weights, gains, tanh):
    G, K = len(gains), x.shape[1]
    h = x.expand(G, *x.shape)  # (G, N, K)
    stds = []
    for weight in weights:
        h = gains.reshape(-1, 1, 1) * torch.einsum("gni,ij->gnj", h, weight) / K**0.5
        h = torch.tanh(h) if tanh else h
        stds.append(h.reshape(G, -1).std(1))
    table = torch.stack(stds, 1)
    words = []
    for g in range(G):
        share = sum(abs(v) > 0.97 for v in h[g].flatten().tolist()) / h[g].numel()
        if tanh and share > 1 / 4:
            words.append("saturate")
        elif table[g, -1] / table[g, 0] < 0.6:
            words.append("shrink")
        else:
            words.append("explode" if table[g, -1] / table[g, 0] > 1.5 else "ok")
    return table, words


@gain_sweep.alternative
def row_by_row(x, weights, gains, tanh):
    rows, words = [], []
    for gain in gains.tolist():
        h, row = x.clone(), []
        for weight in weights.unbind():
            h = h.mm(weight * (gain / math.sqrt(weight.shape[0])))
            if tanh:
                h = h.tanh()
            row.append(((h - h.mean()) ** 2).sum().div(h.numel() - 1).sqrt())
        rows.append(torch.stack(row))
        word = "ok"
        if row[-1] > 1.5 * row[0]:
            word = "explode"
        if row[-1] < 0.6 * row[0]:
            word = "shrink"
        if tanh and (h.abs() > 0.97).sum() * 4 > h.numel():
            word = "saturate"
        words.append(word)
    return torch.stack(rows), words


@gain_sweep.alternative
def scaled_afterwards(x, weights, gains, tanh):
    table, words = torch.empty(len(gains), len(weights), dtype=x.dtype), []
    for g in range(len(gains)):
        factor, h = float(gains[g]) / weights.shape[1] ** 0.5, x
        for i in range(len(weights)):
            z = factor * (h[:, :, None] * weights[i]).sum(1)
            h = 1 - 2 / (torch.exp(2 * z) + 1) if tanh else z
            table[g, i] = torch.var(h) ** 0.5
        growth = float(table[g, -1] / table[g, 0])
        flat = sorted(h.abs().flatten().tolist(), reverse=True)
        if tanh and sum(size > 0.97 for size in flat) / len(flat) > 0.25:
            words += ["saturate"]
        else:
            words += ["shrink"] if growth < 0.6 else ["ok"] if growth <= 1.5 else ["explode"]
    return table, words


@gain_sweep.misconception(
    symptom="All numbers are far too large, or every tanh is saturated.",
    question="What size have weights that nobody has scaled?",
    rule="Gain and fan-in belong together: the scale of the weights needs both.",
)
def fan_in_forgotten(x, weights, gains, tanh):
    outputs, stds = sweep(x, weights * x.shape[1] ** 0.5, gains, tanh)
    return stds, verdicts_of(outputs, stds, tanh)


@gain_sweep.misconception(
    symptom="All numbers are too small, and more so from layer to layer.",
    question="How does the size of a sum of independent terms grow with their number?",
    rule="It is the variance that grows like the number of terms.",
)
def root_of_fan_in_forgotten(x, weights, gains, tanh):
    outputs, stds = sweep(x, weights / x.shape[1] ** 0.5, gains, tanh)
    return stds, verdicts_of(outputs, stds, tanh)


@gain_sweep.misconception(
    symptom="The row of a gain of 1 is right, the others are not.",
    question="Is the gain a factor on the variance or on the standard deviation?",
    rule="A gain is a factor on sizes.",
)
def root_of_the_gain(x, weights, gains, tanh):
    outputs, stds = sweep(x, weights, gains**0.5, tanh)
    return stds, verdicts_of(outputs, stds, tanh)


@gain_sweep.misconception(
    symptom="The first row is right, the others are not.",
    question="What does the first layer read when the second gain has its turn?",
    rule="Each trial starts from the same input.",
)
def goes_on_where_the_last_gain_stopped(x, weights, gains, tanh):
    rows, words, h = [], [], x
    for gain in gains:
        outputs, stds = sweep(h, weights, gain[None], tanh)
        rows.append(stds[0])
        words += verdicts_of(outputs, stds, tanh)
        h = outputs[0, -1]
    return torch.stack(rows), words


@gain_sweep.misconception(
    symptom="Without tanh all is right. With it the numbers are too large.",
    question="Do you measure what goes into the tanh, or what comes out?",
    rule="The output of a layer is what the next layer reads.",
)
def measured_before_the_tanh(x, weights, gains, tanh):
    outputs, stds = sweep(x, weights, gains, tanh)
    before = torch.atanh(outputs) if tanh else outputs
    return before.flatten(2).std(2), verdicts_of(outputs, stds, tanh)


@gain_sweep.misconception(
    symptom="All numbers are too small by the same factor, close to 1.",
    question="By which number does torch.Tensor.std divide?",
    rule="Say which divisor you mean. Here it is the one that PyTorch takes without being asked.",
)
def divides_by_all(x, weights, gains, tanh):
    outputs, stds = sweep(x, weights, gains, tanh, correction=0)
    return stds, verdicts_of(outputs, stds, tanh)


@gain_sweep.misconception(
    symptom="The numbers are close, but those of a layer with unequal units are too small.",
    question="Is it one standard deviation of all outputs, or a mean over units?",
    rule="A mean of standard deviations forgets that the units have different means.",
)
def mean_over_units(x, weights, gains, tanh):
    outputs, _ = sweep(x, weights, gains, tanh)
    stds = outputs.std(2).mean(2)
    return stds, verdicts_of(outputs, stds, tanh)


@gain_sweep.misconception(
    symptom="The first column is the same for all gains.",
    question="Is the input a layer?",
    rule="The table starts with the output of the first layer.",
)
def starts_with_the_input(x, weights, gains, tanh):
    outputs, stds = sweep(x, weights, gains, tanh)
    return torch.cat([x.std().repeat(len(gains), 1), stds[:, :-1]], 1), verdicts_of(outputs, stds, tanh)


@gain_sweep.misconception(
    symptom="The table is right. Networks without tanh are called saturated.",
    question="What can be saturated in a network without tanh?",
    rule="Large numbers are saturated only where something squashes them.",
)
def saturates_without_tanh(x, weights, gains, tanh):
    outputs, stds = sweep(x, weights, gains, tanh)
    return stds, verdicts_of(outputs, stds, True)


@gain_sweep.misconception(
    symptom="The table is right. Saturated layers are called ok.",
    question="How many ends does a tanh have?",
    rule="An output near -1 is as saturated as one near 1.",
)
def saturates_at_the_upper_end_only(x, weights, gains, tanh):
    outputs, stds = sweep(x, weights, gains, tanh)
    return stds, verdicts_of(outputs.clamp(min=0), stds, tanh)


@gain_sweep.misconception(
    symptom="The table is right. Verdicts compare the last layer with 1.",
    question="With what is the last standard deviation compared?",
    rule="Shrinking and exploding are changes from layer to layer, whatever size the first layer has.",
)
def compared_with_one(x, weights, gains, tanh):
    outputs, stds = sweep(x, weights, gains, tanh)
    ones = torch.ones_like(stds[:, :1])
    return stds, verdicts_of(outputs, torch.cat([ones, stds], 1), tanh)


@gain_sweep.misconception(
    symptom="With tanh, the numbers are those of a network without it.",
    question="Where does your code use the argument tanh?",
    rule="The nonlinearity is what the gain is for.",
)
def no_tanh_at_all(x, weights, gains, tanh):
    outputs, stds = sweep(x, weights, gains, False)
    return stds, verdicts_of(outputs, stds, tanh)
