"""What is true of saturated and dead units, and of a hidden layer that doesn't begin with them."""

import torch
from jaxtyping import Float
from torch import Tensor

from dojo.grading import (
    Draw,
    backward_of,
    close,
    grades,
    integers_in,
    open_ended,
    raises,
    remote_function,
    require,
)

# --- tanh_backward ----------------------------------------------------------------------------------------


def an_output(x):
    return {"t": torch.tanh(x)}


@backward_of("tanh_backward", wrt="x", upstream="g", cache=an_output, examples=8)
def tanh_backward(x: Float[Tensor, "N H"]):
    return torch.tanh(x)


@tanh_backward.property("is nowhere larger than the gradient that came in", examples=2)
def never_larger(answer, g):
    return bool((answer.abs() <= g.abs()).all())


@tanh_backward.property("passes everything at 0 and nothing at 1 and -1", examples=2)
def three_places(student, t, g):
    open_wide, shut = torch.zeros_like(t), torch.sign(t)
    return close(student(open_wide, g), g) and not bool(student(shut, g).any())


@tanh_backward.alternative
def product_of_two_factors(t, g):
    return g * (1 - t) * (1 + t)


@tanh_backward.alternative
def entry_by_entry(t, g):
    rows = [
        [b * (1 - a * a) for a, b in zip(*rows, strict=True)]
        for rows in zip(t.tolist(), g.tolist(), strict=True)
    ]
    return torch.tensor(rows, dtype=t.dtype)


@tanh_backward.alternative
def what_is_left(t, g):
    d = g.clone()
    d -= g * t * t
    return d


@tanh_backward.misconception(
    symptom="The numbers are right for small outputs and too large for all others.",
    question="Is `t` what went into the tanh, or what came out?",
    rule="The output is given so that no tanh has to be computed again.",
)
def tanh_taken_twice(t, g):
    return (1 - torch.tanh(t) ** 2) * g


@tanh_backward.misconception(
    symptom="The numbers are too small, and negative outputs give too large ones.",
    question="What is the slope of tanh at 0, and at which outputs is it zero?",
    rule="The slope is the same for t and -t.",
)
def square_forgotten(t, g):
    return (1 - t) * g


@tanh_backward.misconception(
    symptom="An output of 0 lets nothing through.",
    question="Which nonlinearity has its largest slope where its output is one half?",
    rule="Sigmoid and tanh look alike, but their outputs lie in different ranges.",
)
def slope_of_sigmoid(t, g):
    return t * (1 - t) * g


@tanh_backward.misconception(
    symptom="An output of 0 lets nothing through, and a saturated one everything.",
    question="Where is a tanh flat: in the middle or at its ends?",
    rule="What is flat has no slope.",
)
def open_at_the_ends(t, g):
    return t**2 * g


@tanh_backward.misconception(
    symptom="The result doesn't change with the gradient that comes in.",
    question="What is the slope multiplied by?",
    rule="A backward step is the local slope times what comes from above.",
)
def local_slope_only(t, g):
    return 1 - t**2


@tanh_backward.misconception(
    symptom="The sign is wrong.",
    question="Does tanh rise or fall?",
    rule="A function that rises everywhere has no negative slope.",
)
def falls(t, g):
    return (t**2 - 1) * g


@tanh_backward.misconception(
    symptom="The numbers are right, but what the caller handed in has changed.",
    question="Which of your lines write into a tensor that you were given?",
    rule="The gradient that comes in belongs to the caller.",
)
def gradient_in_place(t, g):
    g *= 1 - t**2
    return g.clone()


# --- saturation_fraction ----------------------------------------------------------------------------------


def activations(draw: Draw, shape):
    """Outputs of a tanh: on both sides, many near the ends."""
    return draw.finish(torch.tanh(8 * draw.uniform(*shape) - 4))


THRESHOLDS = {"h": activations, "tau": lambda draw, shape: draw.pick([0.5, 0.9, 0.97, 0.99])}
LAYER = {"minimum": {"N": 4, "H": 3}, "largest": {"N": 9, "H": 6}}


@grades(
    "saturation_fraction",
    **LAYER,
    **THRESHOLDS,
    examples=8,
    loose=1e3,  # a float may have been computed in float32
)
def saturation_fraction(h, tau):
    numbers = h.flatten().tolist()
    return sum(not -tau <= number <= tau for number in numbers) / len(numbers)


@saturation_fraction.alternative
def in_float32(h, tau):
    return (h.abs() > tau).float().mean().item()


@saturation_fraction.alternative
def counted(h, tau):
    return ((h > tau) | (h < -tau)).sum().item() / h.numel()


@saturation_fraction.alternative
def by_squares(h, tau):
    return (h**2 > tau**2).to(h.dtype).mean()


@saturation_fraction.alternative
def with_a_loop(h, tau):
    count = 0
    for row in h:
        for number in row:
            if abs(number) > tau:
                count += 1
    return count / (h.shape[0] * h.shape[1])


@saturation_fraction.misconception(
    symptom="About half of the share is missing.",
    question="How many ends does a tanh have?",
    rule="An output near -1 is as saturated as one near 1.",
)
def forgets_the_negative_end(h, tau):
    return (h > tau).double().mean().item()


@saturation_fraction.misconception(
    symptom="The answer and the right one add up to 1.",
    question="Which side of the threshold do you count?",
    rule="Saturated is what is far away from zero.",
)
def counts_the_others(h, tau):
    return (h.abs() < tau).double().mean().item()


@saturation_fraction.misconception(
    symptom="The result is a whole number.",
    question="Do layers of different sizes compare with your number?",
    rule="A share is a count divided by the number of all entries.",
)
def a_count(h, tau):
    return (h.abs() > tau).sum().item()


@saturation_fraction.misconception(
    symptom="The result lies between 0 and 100.",
    question="Is it a share or a percentage that is asked for?",
    rule="A share lies between 0 and 1.",
)
def in_percent(h, tau):
    return 100 * (h.abs() > tau).double().mean().item()


@saturation_fraction.misconception(
    symptom="The result is right for one threshold only.",
    question="Where does your code use tau?",
    rule="Maps and tables of activations use different thresholds, so it is an argument.",
)
def tau_ignored(h, tau):
    return (h.abs() > 0.97).double().mean().item()


@saturation_fraction.misconception(
    symptom="The result is 0 nearly always.",
    question="Is the mean of the activations large, or are many activations large?",
    rule="Compare each number first, then take the mean of the answers.",
)
def compares_the_mean(h, tau):
    return float(h.mean().abs() > tau)


@saturation_fraction.misconception(
    symptom="The result is too large, and it is a share of rows.",
    question="Does one saturated unit make its whole row saturated?",
    rule="Each activation counts by itself.",
)
def share_of_rows(h, tau):
    return (h.abs() > tau).any(1).double().mean().item()


# --- dead_units -------------------------------------------------------------------------------------------


# Kind, threshold, number of examples, and what becomes of each unit (see `outputs_of`). A threshold is nearly
# reached from both sides, and 0.9375 is one that an output can reach exactly. The last layers are larger than
# a batch of 32.
LAYERS = [
    ("tanh", 0.99, 3, ("low", "both", "late", "near")),
    ("relu", 0.97, 3, ("flat", "barely", "early", "late")),
    ("leaky_relu", 0.9, 3, ("low", "flat", "late", "early")),
    ("tanh", 0.9375, 3, ("high", "edge", "near", "early")),
    ("tanh", 0.97, 3, ("high", "both", "near", "late")),
    ("relu", 0.9, 3, ("flat", "flat", "barely", "late")),
    ("tanh", 0.9, 34, ("low", "high", "late")),
    ("relu", 0.99, 35, ("flat", "late")),
    ("tanh", 0.99, 36, ("both", "late")),
]
NEAR = {0.9: 0.94, 0.9375: 0.96, 0.97: 0.98, 0.99: 0.985}


def outputs_of(unit: str, kind: str, tau: float, ends: Tensor, alive: Tensor) -> Tensor:
    """The outputs of one unit for all examples: `ends` where it is stuck, `alive` where it is not."""
    first, last = (torch.arange(len(ends)) == place for place in (0, len(ends) - 1))
    if unit in ("low", "high", "flat"):  # stuck on all, but for a leaky one
        return {"low": -ends.abs(), "high": ends.abs(), "flat": 0 * ends}[unit]
    if unit == "both":
        return torch.where(first, ends, -ends)
    if unit == "near":
        return torch.where(first, NEAR[tau], -NEAR[tau]).double()
    if unit == "early":  # stuck on one example only
        return torch.where(first, ends, alive)
    return torch.where(last, {"late": alive, "edge": -tau, "barely": 1e-4}[unit], ends)


def layer_with_dead_units(draw: Draw):
    """Outputs of units that are stuck on all examples, on all but one, or on one."""
    kind, tau, M, units = LAYERS[draw.sizes["C"] - 1]
    columns = []
    for unit in units:
        ends = {"tanh": 0.995, "relu": 0.0, "leaky_relu": -0.01}[kind] * (1 + 0.004 * draw.uniform(M))
        columns.append(outputs_of(unit, kind, tau, ends, 0.3 + 0.3 * draw.uniform(M)))
    order = torch.randperm(len(columns), generator=draw.generator)
    return {"h": torch.stack(columns, 1)[:, order].to(draw.dtype), "tau": tau, "kind": kind}


@grades(
    "dead_units",
    case_of=layer_with_dead_units,
    derived={"M": lambda s: LAYERS[s["C"] - 1][2], "H": lambda s: len(LAYERS[s["C"] - 1][3])},
    minimum={"C": 1},
    largest={"C": len(LAYERS)},
    every=True,
    examples=2,
)
def dead_units(h, tau, kind):
    dead = []
    for unit in h.T.tolist():
        stuck = {
            "tanh": [abs(output) > tau for output in unit],
            "relu": [output == 0 for output in unit],
            "leaky_relu": [False],
        }
        dead.append(all(stuck[kind]))
    return torch.tensor(dead)


@dead_units.property("raises a ValueError for a kind that it doesn't know", examples=1)
def unknown_kind(student, h, tau):
    return all(raises("ValueError", student, h, tau, kind) for kind in ("softsign", "prelu", "leaky_tanh"))


@dead_units.alternative
def nearest_example(h, tau=0.99, kind="tanh"):
    if kind == "tanh":
        return h.abs().min(dim=0).values > tau
    if kind == "relu":
        return h.max(dim=0).values == 0
    if kind == "leaky_relu":
        return torch.zeros_like(h[0], dtype=torch.bool)
    raise ValueError(kind)


@dead_units.alternative
def nobody_is_alive(h, tau=0.99, kind="tanh"):
    alive = {"tanh": h.abs() <= tau, "relu": h > 0, "leaky_relu": h == h}
    if kind not in alive:
        raise ValueError(f"unknown kind {kind}")
    return ~alive[kind].any(0)


@dead_units.alternative
def by_counting(h, tau=0.99, kind="tanh"):
    M, H = h.shape
    if kind not in ("tanh", "relu", "leaky_relu"):
        raise ValueError("kind")
    counts = torch.zeros(H, dtype=torch.long)
    for example in h:
        if kind == "tanh":
            counts += (example > tau) | (example < -tau)
        elif kind == "relu":
            counts += example == 0
    return counts == M


@dead_units.misconception(
    symptom="Units are called dead that learn from some examples.",
    question="How many examples must a unit be stuck on to be dead?",
    rule="Any is not all. One example that gets through keeps a unit alive.",
)
def stuck_on_any(h, tau=0.99, kind="tanh"):
    stuck = stuck_on(h, tau, kind)
    return stuck.any(0)


def stuck_on(h, tau, kind):
    if kind == "tanh":
        return h.abs() > tau
    if kind == "relu":
        return h <= 0
    if kind == "leaky_relu":
        return torch.zeros(h.shape, dtype=torch.bool)
    raise ValueError(kind)


@dead_units.misconception(
    symptom="There is one bool for each example.",
    question="Is a row an example or a unit?",
    rule="A unit is a column. Ask over all examples, along the axis of the batch.",
)
def examples_not_units(h, tau=0.99, kind="tanh"):
    return stuck_on(h, tau, kind).all(1)


@dead_units.misconception(
    symptom="Units are called dead that wake up late in the data set.",
    question="How many examples do you look at?",
    rule="A batch can be unlucky. Dead is who is stuck on the whole data set.",
)
def one_batch_is_enough(h, tau=0.99, kind="tanh"):
    return stuck_on(h[:32], tau, kind).all(0)


@dead_units.misconception(
    symptom="Dead tanh units near -1 are missed.",
    question="How many ends does a tanh have?",
    rule="An output near -1 is as saturated as one near 1.",
)
def upper_end_only(h, tau=0.99, kind="tanh"):
    return (h > tau).all(0) if kind == "tanh" else stuck_on(h, tau, kind).all(0)


@dead_units.misconception(
    symptom="A tanh unit that is stuck at both ends in turn is called alive.",
    question="Does a unit learn anything while it jumps from one end to the other?",
    rule="Each example counts by itself. Stuck is stuck, at either end.",
)
def mean_output_saturated(h, tau=0.99, kind="tanh"):
    return h.mean(0).abs() > tau if kind == "tanh" else stuck_on(h, tau, kind).all(0)


@dead_units.misconception(
    symptom="Leaky units are called dead.",
    question="What is the slope of a leaky relu on its left side?",
    rule="Small is not zero. Where there is any slope there is something to learn.",
)
def leaky_units_die(h, tau=0.99, kind="tanh"):
    return (h <= 0).all(0) if kind == "leaky_relu" else stuck_on(h, tau, kind).all(0)


@dead_units.misconception(
    symptom="Relu units are called dead whose outputs are small.",
    question="Which slope has a relu where its output is 0.0001?",
    rule="A relu is flat on its left side only. Any output above zero lets the gradient through.",
)
def small_is_zero(h, tau=0.99, kind="tanh"):
    return (h < 1e-3).all(0) if kind == "relu" else stuck_on(h, tau, kind).all(0)


@dead_units.misconception(
    symptom="Leaky units are called dead whose outputs are zero for all examples.",
    question="What is the slope of a leaky relu at zero and beside it?",
    rule="Small is not zero. Where there is any slope there is something to learn.",
)
def leaky_units_die_at_zero(h, tau=0.99, kind="tanh"):
    return (h == 0).all(0) if kind == "leaky_relu" else stuck_on(h, tau, kind).all(0)


@dead_units.misconception(
    symptom="Dead relu units are missed.",
    question="How far from zero is the output of a relu that is stuck?",
    rule="Each nonlinearity is flat in a place of its own: tanh at its ends, relu on its whole left side.",
)
def tanh_rule_for_all(h, tau=0.99, kind="tanh"):
    stuck_on(h, tau, kind)
    return (h.abs() > tau).all(0)


@dead_units.misconception(
    symptom="Units are called alive that are stuck by the threshold that is given.",
    question="Where does your code use tau?",
    rule="A default is for those who don't care. Who gives a threshold wants it used.",
)
def tau_is_always_099(h, tau=0.99, kind="tanh"):
    return stuck_on(h, 0.99, kind).all(0)


# --- init_hidden ------------------------------------------------------------------------------------------

# Context and embedding: K = T * D is from 12 to 100, and far from the lecture's 30.
SHAPES = [(2, 6), (3, 20), (5, 20), (4, 12), (6, 10), (2, 8)]


def a_hidden_layer(draw: Draw):
    T, D = draw.pick(SHAPES)
    return {"T": T, "D": D, "H": draw.pick([120, 150, 220]), "seed": draw.integer(0, 9999)}


# The probability is that of four checks of `size_one`, below; everything else is far less likely.
init_hidden = open_ended(
    "init_hidden",
    file=__file__,
    says_dtype=True,
    false_positive=1e-9,
    case_of=a_hidden_layer,
    seed=integers_in(0, 9999),
)


@init_hidden.property("is a pair of float64 tensors of the shapes (T * D, H) and (H,)", examples=2)
def form_of_hidden_layer(answer, T, D, H):
    require(type(answer) in (tuple, list) and len(answer) == 2, "a pair is asked for")
    for part, name, shape in zip(answer, ("W1", "b1"), ((T * D, H), (H,)), strict=True):
        require(isinstance(part, Tensor), f"{name} is no tensor")
        require(tuple(part.shape) == shape, f"{name} has shape {tuple(part.shape)}, not {shape}")
        require(part.dtype == torch.float64, f"{name} is not float64")
        require(bool(part.isfinite().all()), f"{name} holds NaN or infinity")
    return True


# The mean square over all standard normal embeddings needs no embeddings: it is the sum of the squares of
# W1 divided by H, plus the mean square of b1. With weights of the right scale it is 1 times chi-square of n
# degrees of freedom over n, n = K * H >= 1440. By Laurent and Massart (2000) it is below 1 - 2 sqrt(x/n) or
# above 1 + 2 sqrt(x/n) + 2 x/n with probability exp(-x) each; 0.85^2 and 1.15^2 (less 0.01 for the bias) are
# x = 27. So a right answer is refused with probability below 1e-11 a case.
@init_hidden.property("sends numbers of size 1 into the tanh, for any T and D", examples=4)
def size_one(answer, H):
    W1, b1 = answer
    mean_square = float((W1**2).sum() / H + (b1**2).mean())
    return 0.85**2 <= mean_square <= 1.15**2


# With few inputs a term that was added to the fan-in shows at once. Here n is 2400, and the
# probability is lower still.
@init_hidden.property("does so for four inputs as well", examples=1)
def size_one_of_few(student, seed):
    W1, b1 = student(4, 1, 600, seed)
    return 0.85**2 <= float((W1**2).sum() / 600 + (b1**2).mean()) <= 1.15**2


@init_hidden.property("has a bias of at most 0.1 in size", examples=2)
def small_bias(answer):
    return float(answer[1].abs().max()) <= 0.1


# Uniform numbers go up to 1.73 of their root mean square. That of normal ones is below 1.15 of the standard
# deviation (see above), and all of 1440 lie below 1.9 * 1.15 = 2.19 of it with probability 0.9715^1440, below
# 1e-17. That two rows or columns are equal has probability zero.
@init_hidden.property("has weights from a normal distribution, drawn one by one", examples=2)
def normal_weights(answer, T, D, H):
    W1 = answer[0]
    reaches = float(W1.abs().max() / (W1**2).mean().sqrt())
    sizes = W1.abs()  # two units may not even be each other's mirror image
    return reaches > 1.9 and len(sizes.T.unique(dim=0)) == H and len(sizes.unique(dim=0)) == T * D


@init_hidden.property("changes with the seed", examples=1)
def hidden_seed_matters(student, T, D, H, seed):
    one, *others = (student(T, D, H, seed + more)[0] for more in (0, 1, 100))
    return not any(close(one, other) for other in others)


STATE = remote_function("""
    def state():
        state = torch.get_rng_state().double()
        return int(state @ torch.arange(1, len(state) + 1).double()) % 2**31
""")


@init_hidden.property("leaves PyTorch's global random generator alone", examples=1)
def hidden_global_untouched(student, T, D, H, seed):
    before = student.run(STATE)
    student(T, D, H, seed)
    return student.run(STATE) == before


def normal(seed, *shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@init_hidden.alternative
def filled_in_place(T, D, H, seed):
    g = torch.Generator()
    g.manual_seed(seed + 1)
    W1 = torch.empty(T * D, H, dtype=torch.float64).normal_(0, (T * D) ** -0.5, generator=g)
    return W1, torch.zeros(H, dtype=torch.float64)


@init_hidden.alternative
def measured_and_rescaled(T, D, H, seed):
    W1 = normal(seed, T * D, H)
    size = (normal(seed + 1, 500, T * D) @ W1).std()
    return [W1 / size, normal(seed + 2, H) * 0.01]


@init_hidden.alternative
def each_column_of_length_one(T, D, H, seed):
    W1 = normal(seed, H, T * D).T
    return (W1 / (W1**2).sum(0).sqrt()).contiguous(), 0.01 * normal(seed + 5, H)


@init_hidden.misconception(
    symptom="What goes into the tanh is several times too large.",
    question="How many random terms are added up in one pre-activation?",
    rule="A sum of independent terms grows with their number, so most of the tanh starts at its flat ends.",
)
def raw_normal(T, D, H, seed):
    return normal(seed, T * D, H), 0.01 * normal(seed + 1, H)


@init_hidden.misconception(
    symptom="It is right for about 25 inputs, too small for fewer and too large for more.",
    question="Where does your factor come from, and what would it be for another width?",
    rule="A number that was tuned for one network fits one network.",
)
def magic_number(T, D, H, seed):
    return normal(seed, T * D, H) * 0.2, 0.01 * normal(seed + 1, H)


@init_hidden.misconception(
    symptom="It is too large, and the more so the longer the context is.",
    question="How many numbers go into one hidden unit: those of one character, or of all?",
    rule="Fan-in counts everything that is added up, all characters of the context together.",
)
def fan_in_of_one_character(T, D, H, seed):
    return normal(seed, T * D, H) / D**0.5, 0.01 * normal(seed + 1, H)


@init_hidden.misconception(
    symptom="It depends on the number of hidden units.",
    question="Does a unit notice how many other units there are beside it?",
    rule="Fan-in counts what goes into a unit. Fan-out counts the units.",
)
def scaled_by_fan_out(T, D, H, seed):
    return normal(seed, T * D, H) / H**0.5, 0.01 * normal(seed + 1, H)


@init_hidden.misconception(
    symptom="It is too small, and the more so the more inputs there are.",
    question="Do sums of independent terms grow like their number?",
    rule="It is the variance that grows like the number of terms.",
)
def root_forgotten(T, D, H, seed):
    return normal(seed, T * D, H) / (T * D), 0.01 * normal(seed + 1, H)


@init_hidden.misconception(
    symptom="It is too large by the same factor for all sizes.",
    question="What size does the task ask for in front of the tanh?",
    rule="The gain of tanh makes up for what the tanh will take away. Here the size before it is asked for.",
)
def with_the_gain_of_tanh(T, D, H, seed):
    return normal(seed, T * D, H) * (5 / 3) / (T * D) ** 0.5, 0.01 * normal(seed + 1, H)


@init_hidden.misconception(
    symptom="The bias is too large.",
    question="Which of the numbers in your code make the bias small?",
    rule="A bias is added to every example. A large one pushes its unit towards an end of the tanh.",
)
def raw_bias(T, D, H, seed):
    return normal(seed, T * D, H) / (T * D) ** 0.5, normal(seed + 1, H)


@init_hidden.misconception(
    symptom="The size is right, but the numbers are spread evenly between two bounds.",
    question="Which distribution does the task name?",
    rule="Two distributions can have the same standard deviation and different shapes.",
)
def uniform_weights(T, D, H, seed):
    g = torch.Generator().manual_seed(seed)
    W1 = torch.rand((T * D, H), generator=g, dtype=torch.float64) * 2 - 1
    return W1 * (3 / (T * D)) ** 0.5, torch.zeros(H, dtype=torch.float64)


@init_hidden.misconception(
    symptom="All hidden units start with the same weights.",
    question="What would ever make two such units different?",
    rule="Equal weights get equal gradients. Draw every weight by itself.",
)
def one_unit_repeated(T, D, H, seed):
    W1 = normal(seed, T * D, 1) / (T * D) ** 0.5
    return (W1 / (W1**2).sum().sqrt()).repeat(1, H), torch.zeros(H, dtype=torch.float64)


@init_hidden.misconception(
    symptom="The weights have their axes in the other order.",
    question="In embcat @ W1, which axis of W1 meets the embeddings?",
    rule="Here a weight has its inputs along the first axis and its outputs along the second.",
)
def hidden_transposed(T, D, H, seed):
    return normal(seed, H, T * D) / (T * D) ** 0.5, torch.zeros(H, dtype=torch.float64)


@init_hidden.misconception(
    symptom="Another seed gives the same numbers.",
    question="Where does your code use its argument seed?",
    rule="A seed that is written down in the code makes the argument useless.",
)
def hidden_seed_ignored(T, D, H, seed):
    return normal(2147483647, T * D, H) / (T * D) ** 0.5, torch.zeros(H, dtype=torch.float64)


@init_hidden.misconception(
    symptom="The numbers are fine, but after your call other code draws other random numbers than before.",
    question="Whose random generator do you seed?",
    rule="The global generator belongs to everybody. Make one of your own and pass it on.",
)
def hidden_global_seeded(T, D, H, seed):
    torch.manual_seed(seed)
    W1 = torch.randn(T * D, H, dtype=torch.float64) / (T * D) ** 0.5
    return W1, 0.01 * torch.randn(H, dtype=torch.float64)


@init_hidden.misconception(
    symptom="The numbers are float32.",
    question="Which dtype does the task ask for, and where does your code say so?",
    rule="Without a dtype you get the default, which may be another one tomorrow.",
)
def hidden_in_float32(T, D, H, seed):
    W1 = normal(seed, T * D, H).float() / (T * D) ** 0.5
    return W1, torch.zeros(H, dtype=torch.float32)
