"""What is true of reading the dashboard: the learning rate, and the diagnosis of networks that are broken."""

import math
from functools import lru_cache

import torch
from torch import Tensor

from dojo.grading import Draw, grades

# -- the learning rate ----------------------------------------------------------------------------------


# Steps, matrices, and how far the middle lies below -3: clearly inside or outside of what is called well, or
# exactly on the bound, which is well. In so few binary digits -2.5 and -3.5 are exact.
TABLES = [(2, 3, 0.2), (5, 3, 0.7), (5, 3, -0.65), (6, 3, 1.1), (2, 3, 0.5), (2, 3, -0.5), (5, 3, -0.1)]
TABLES += [(2, 3, -2.2), (6, 3, -0.9), (5, 3, 2.4), (9, 5, 0.35), (10, 3, -0.3), (13, 3, 0.7), (14, 3, -2.2)]


def ratios(draw: Draw) -> dict[str, Tensor]:
    """Ratios around a middle. The first half lies elsewhere, and so does the last matrix."""
    S, P, gap = TABLES[draw.sizes["kind"]]
    values = 0.2 * draw.uniform(S, P)
    values[: S // 2] += 1.7 if draw.integer(0, 1) else -1.4
    values[:, -1] += 2.5
    values -= values[S // 2 :].median()
    return {"log_ratios": draw.finish(values - 3.0 - gap)}


# The factor is a power of ten of a median in float32, so its last digits depend on the order of the steps.
@grades(
    "lr_from_update_ratio",
    case_of=ratios,
    derived=dict.fromkeys(("S", "P"), lambda s: 0),  # see TABLES
    minimum={"kind": 0},
    largest={"kind": len(TABLES) - 1},
    every=True,
    examples=4,
    loose=1e4,
    parts={"word": (0,), "factor": (1,)},
)
def advice(log_ratios):
    gap = -3.0 - float(log_ratios[len(log_ratios) // 2 :].flatten().quantile(0.5))
    word = "keep" if abs(gap) <= 0.5 else "raise" if gap > 0 else "lower"
    return word, 1.0 if word == "keep" else 10.0**gap


@advice.alternative
def by_sorting(log_ratios):
    late = sorted(log_ratios[len(log_ratios) // 2 :].flatten().tolist())
    middle = late[len(late) // 2]
    if -3.5 <= middle <= -2.5:
        return "keep", 1.0
    return ("lower" if middle > -3 else "raise"), 0.001 / 10**middle


@advice.alternative
def all_in_tensors(log_ratios):
    S = log_ratios.shape[0]
    gap = -3 - torch.median(log_ratios[S // 2 :])
    if gap.abs() <= 0.5:
        return ["keep", 1.0]
    return ["raise" if gap > 0 else "lower", (10**gap).item()]


@advice.alternative
def by_rank(log_ratios):
    late = torch.cat([row for i, row in enumerate(log_ratios) if i >= len(log_ratios) // 2])
    middle = late.kthvalue((late.numel() + 1) // 2).values.item()
    if middle < -3.5:
        return "raise", math.pow(10, -3 - middle)
    return ("lower", math.pow(10, -3 - middle)) if middle > -2.5 else ("keep", 1)


advice.misconception_by_edit(
    "factor_upside_down",
    old="10.0**gap",
    new="10.0 ** -gap",
    symptom="The word is right; the factor does the opposite of it.",
    question="Is a factor below one a raise or a cut?",
    rule="The ratio is proportional to the learning rate. Too small a ratio wants a factor above one.",
)
advice.misconception_by_edit(
    "words_swapped",
    old='("raise" if gap > 0 else "lower")',
    new='("lower" if gap > 0 else "raise")',
    symptom="The factor is right; the word says the opposite of it.",
    question="Is -5 above or below -3?",
    rule="Smaller updates than wanted call for a larger learning rate.",
)
advice.misconception_by_edit(
    "first_steps_included",
    old="log_ratios[S // 2 :].median()",
    new="log_ratios.median()",
    symptom="The numbers change when only the first steps change.",
    question="From which step on do the ratios count?",
    rule="A snapshot of the start over-alarms: a network corrects much of itself in its first steps.",
)
advice.misconception_by_edit(
    "mean_for_median",
    old="log_ratios[S // 2 :].median()",
    new="log_ratios[S // 2 :].mean()",
    symptom="One matrix far from the rest moves the result.",
    question="How much does a single odd matrix move a mean, and how much a median?",
    rule="The output layer is often far from the others. A median does not follow a single one.",
)
advice.misconception_by_edit(
    "last_step_only",
    old="log_ratios[S // 2 :].median()",
    new="log_ratios[-1].median()",
    symptom="The result follows the last step alone.",
    question="How much does a ratio jump from batch to batch?",
    rule="One batch is one noisy sample. Look at many.",
)
advice.misconception_by_edit(
    "natural_exponential",
    old="10.0**gap",
    new="math.exp(gap)",
    symptom="The word is right; the factor is too near to one.",
    question="To which base were the logarithms taken?",
    rule="An order of magnitude is a factor of ten.",
)
advice.misconception_by_edit(
    "difference_for_factor",
    old="10.0**gap",
    new="gap",
    symptom="The word is right; the factor is a difference of logarithms, and may be negative.",
    question="What does a difference of logarithms say about the numbers themselves?",
    rule="A difference under the logarithm is a factor outside of it.",
)
advice.misconception_by_edit(
    "never_content",
    old="abs(gap) <= 0.5",
    new="gap == 0",
    symptom="The advice is to change something where the ratio is near enough.",
    question="How far may the median be from -3 without harm?",
    rule="-3 is a rule of thumb. Half an order of magnitude is nothing to act on.",
)
advice.misconception_by_edit(
    "factor_although_kept",
    old='return "keep", 1.0',
    new='return "keep", 10.0**gap',
    symptom='The word is right; to "keep" belongs a factor that changes something.',
    question="What does a factor do that leaves things as they are?",
    rule="Word and factor must say the same thing.",
)


# -- networks that are broken ---------------------------------------------------------------------------

CAUSES = [
    ("healthy",),
    ("forgot fan-in",),
    ("gain low",),
    ("gain high",),
    ("lr low",),
    ("lr high",),
    ("overconfident softmax",),
    ("dead column",),
    ("overconfident softmax", "lr low"),
    ("gain high", "lr low"),
    ("dead column", "gain low"),
    ("dead column", "lr high"),
]
L, INPUTS, HIDDEN, EXAMPLES, BATCH, STEPS = 4, 30, 36, 240, 48, 20


def scales(causes: tuple[str, ...], generator: torch.Generator) -> tuple[float, float, float]:
    """Gain, scale of the output weights and learning rate of a network with these defects."""

    def between(low: float, high: float) -> float:
        return low + (high - low) * float(torch.rand((), generator=generator))

    gain, output, log_lr = between(1.5, 1.75), between(0.05, 0.15), between(-1.3, -1.0)
    if "gain low" in causes:
        gain = between(0.3, 0.5)
    if "gain high" in causes:
        gain = between(2.8, 3.5)
    if "lr low" in causes:
        log_lr -= 2.6
    if "lr high" in causes:
        log_lr += 2.4
    if "overconfident softmax" in causes:
        output, log_lr = between(1.2, 2.5), log_lr - 1.0  # its gradients are large, its updates need not be
    return gain, output, 10**log_lr


def update_to_data(update: Tensor, weight: Tensor, columns: list[int] | None = None) -> Tensor:
    """The ratio of each network, of its first `columns` columns only where that is said."""
    if columns is None:
        return update.flatten(1).std(1) / weight.flatten(1).std(1)
    parts = [(u[:, :n].std(), w[:, :n].std()) for u, w, n in zip(update, weight, columns, strict=True)]
    return torch.stack([u / w for u, w in parts])


def initial(
    generator: torch.Generator,
) -> tuple[list[int], Tensor, Tensor, list[Tensor], list[Tensor], Tensor]:
    """For each entry of CAUSES: number of classes, examples, labels, weights, biases and learning rate."""
    networks = len(CAUSES)

    def randn(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator)

    # Few classes and many in turn. The output layer has room for the most, and what is too much never counts.
    ranges = [(12, 25) if number % 2 else (40, 70) for number in range(networks)]
    classes = [int(torch.randint(low, high, (), generator=generator)) for low, high in ranges]
    X = randn(networks, EXAMPLES, INPUTS)
    # Labels that can be learned.
    Y = (X @ randn(networks, INPUTS, 70)).masked_fill(beyond(classes), -torch.inf).argmax(2)
    gains, outputs, rates = torch.tensor([scales(c, generator) for c in CAUSES]).T
    forgot = torch.tensor(["forgot fan-in" in c for c in CAUSES])
    weights, biases = [], []
    for fan_in in [INPUTS] + [HIDDEN] * (L - 1):
        size = torch.where(forgot, 1.0, gains / math.sqrt(fan_in))
        weights.append(randn(networks, fan_in, HIDDEN) * size[:, None, None])
        biases.append(torch.zeros(networks, 1, HIDDEN))
    weights.append(randn(networks, HIDDEN, 70) * outputs[:, None, None])
    for number, causes in enumerate(CAUSES):
        if "dead column" in causes:  # never in the last layer, so that all must be looked at
            layer, unit = (int(torch.randint(0, n, (), generator=generator)) for n in (L - 1, HIDDEN))
            biases[layer][number, 0, unit] = 25.0 if torch.rand((), generator=generator) < 0.5 else -25.0
    return classes, X, Y, weights, biases, rates


def beyond(classes: list[int]) -> Tensor:
    """Which of the 70 outputs of each network are none of its classes, (networks, 1, 70)."""
    return torch.arange(70) >= torch.tensor(classes)[:, None, None]


@lru_cache(maxsize=4)
def broken_networks(seed: int) -> list[dict[str, object]]:
    """Train one small network for each entry of CAUSES, all at once, and return their statistics.

    Over 300 seeds these were the ranges of what tells the defects apart:
        first loss less ln V            up to 0.6; overconfident from 5.0
        saturated in the last layer     up to 0.11; gain high 0.32 to 0.54; forgot fan-in from 0.67
        act_std of the last layer       gain low up to 0.10; all others from 0.57
        median of the late log_ratio    lr low up to -4.9; lr high from -1.2; all others -3.6 to -2.1,
                                        and -3.4 to -2.1 where nothing else is seen
    """
    generator, networks = torch.Generator().manual_seed(seed), len(CAUSES)
    classes, X, Y, weights, biases, rates = initial(generator)
    none = beyond(classes)
    parameters = [p.requires_grad_() for p in weights + biases]
    lr = rates[:, None, None]

    def forward(x: Tensor, y: Tensor) -> tuple[Tensor, list[Tensor]]:
        h, hidden = x, []
        for W, b in zip(weights[:-1], biases, strict=True):
            h = torch.tanh(h @ W + b)
            hidden.append(h)
        logits = (h @ weights[-1]).masked_fill(none, -torch.inf)
        losses = torch.nn.functional.cross_entropy(logits.flatten(0, 1), y.flatten(), reduction="none")
        return losses.view(networks, -1).mean(1), hidden

    with torch.enable_grad():
        losses, hidden = forward(X, Y)
        grads = torch.autograd.grad(losses.sum(), hidden)
    far = [h.detach().abs() > 0.97 for h in hidden]
    found = {
        "act_std": [h.detach().flatten(1).std(1) for h in hidden],
        "saturated": [f.float().flatten(1).mean(1) for f in far],
        "dead": [f.all(1).sum(1) for f in far],
        "grad_std": [g.flatten(1).std(1) for g in grads],
        "losses": [],
        "log_ratio": [],
    }
    for _ in range(STEPS):
        ix = torch.randint(0, EXAMPLES, (BATCH,), generator=generator)
        with torch.enable_grad():
            losses, _ = forward(X[:, ix], Y[:, ix])
            grads = torch.autograd.grad(losses.sum(), parameters)
        found["losses"].append(losses.detach())
        with torch.no_grad():
            ratio = [update_to_data(lr * g, W) for g, W in zip(grads, weights[:-1], strict=False)]
            ratio.append(update_to_data(lr * grads[L], weights[L], classes))
            found["log_ratio"].append(torch.stack(ratio, 1).log10())
            for p, g in zip(parameters, grads, strict=True):
                p -= lr * g
    tables = {name: torch.stack(values, 1) for name, values in found.items()}
    return [
        {"num_classes": classes[number], **{name: table[number] for name, table in tables.items()}}
        for number in range(networks)
    ]


def a_patient(draw: Draw) -> dict[str, object]:
    """One network, and the names of its defects, each of which is a right answer."""
    number = draw.sizes["C"] - 1
    return {"stats": broken_networks(draw.structure.salt)[number], "right": list(CAUSES[number])}


@grades(
    "diagnose_network",
    case_of=a_patient,
    minimum={"C": 1},
    largest={"C": len(CAUSES)},
    every=True,
    examples=1,
)
def diagnosis(right):
    return right[0]


@diagnosis.play
def play_diagnosis(student, stats, right):
    label = student(stats)
    return right[0] if label in right else label


@diagnosis.alternative
def by_gradients_and_distance(stats):
    late = stats["log_ratio"][len(stats["log_ratio"]) // 2 :].flatten()
    ratio = late.sort().values[len(late) // 2]
    excess = float(stats["losses"][0]) - math.log(stats["num_classes"])
    grads = stats["grad_std"]
    if int(stats["dead"].sum()):
        return "dead column"
    if excess > 1.5:
        return "overconfident softmax"
    if grads[-1] > 4 * grads[0]:
        return "gain low"
    middle = float(stats["saturated"][1:].mean())
    if middle > 0.25:
        return "gain high" if middle < 0.58 else "forgot fan-in"
    if abs(ratio + 3) < 1.2:
        return "healthy"
    return "lr high" if ratio > -3 else "lr low"


@diagnosis.alternative
def one_symptom_after_the_other(stats):
    std, late = stats["act_std"].tolist(), stats["log_ratio"][-6:]
    signs = {
        "gain low": std[-1] < 0.5 * std[0],
        "forgot fan-in": std[-1] > 0.9,
        "gain high": 0.78 < std[-1] <= 0.9,
        "dead column": stats["dead"].max().item() > 0,
        "overconfident softmax": stats["losses"][0].item() > 1.4 * math.log(stats["num_classes"]),
        "lr low": late.median() < -4.3,
        "lr high": late.median() > -1.9,
    }
    return next((label for label, seen in signs.items() if seen), "healthy")


@diagnosis.alternative
def nearest_to_what_is_usual(stats):
    surprise = stats["losses"][0] / math.log(stats["num_classes"])
    if stats["dead"].sum() > 0 or surprise > 1.7:
        return "overconfident softmax" if surprise > 1.7 else "dead column"
    std = float(stats["act_std"][-1])
    usual = {"gain low": 0.05, "healthy": 0.65, "gain high": 0.84, "forgot fan-in": 0.95}
    label = min(usual, key=lambda name: abs(usual[name] - std))
    if label != "healthy":
        return label
    late = stats["log_ratio"][10:].flatten().quantile(0.5)
    return {-1: "lr low", 0: "healthy", 1: "lr high"}[int(late > -1.7) - int(late < -4.2)]


@diagnosis.misconception(
    symptom="Every network is called healthy.",
    question="Which of the statistics does your function look at?",
    rule="A check that never says no is no check.",
)
def always_healthy(stats):
    return "healthy"


diagnosis.misconception_by_edit(
    "logarithm_to_base_ten",
    old='math.log(stats["num_classes"])',
    new='math.log10(stats["num_classes"])',
    symptom="Every network is called overconfident.",
    question="Which logarithm does the cross-entropy take?",
    rule="The first loss to expect comes from the natural logarithm, as the loss itself does.",
)
diagnosis.misconception_by_edit(
    "as_if_always_27_classes",
    old='math.log(stats["num_classes"]) + 1.0',
    new="3.3 + 0.3",
    symptom="Networks with many classes are called overconfident.",
    question="How many classes has this network?",
    rule="The first loss to expect depends on the number of classes. It is part of the bundle.",
)
diagnosis.misconception_by_edit(
    "first_loss_ignored",
    old='stats["losses"][0] > math.log(stats["num_classes"]) + 1.0',
    new='stats["losses"][-1] > stats["losses"][0] + 1.0',
    symptom="Overconfident networks pass as something else.",
    question="What should a network that knows nothing yet lose?",
    rule="The first loss can be computed before training. Far above it, the logits are too large.",
)
diagnosis.misconception_by_edit(
    "dead_units_in_the_last_layer_only",
    old='(stats["dead"] > 0).any()',
    new='stats["dead"][-1] > 0',
    symptom="Networks with dead units pass as healthy.",
    question="Which layers does your condition look at?",
    rule="A unit can die in any layer.",
)
diagnosis.misconception_by_edit(
    "first_layer_judged_like_the_others",
    old='last = stats["saturated"][-1]',
    new='last = stats["saturated"].max() + 0.1',
    symptom="Healthy networks are said to have a high gain.",
    question="Which layer of a healthy network saturates most?",
    rule="The first layer gets inputs with spread one, later ones get less. Judge each by its own usual.",
)
diagnosis.misconception_by_edit(
    "every_saturation_is_a_high_gain",
    old='"forgot fan-in" if last > 0.58 else "gain high"',
    new='"gain high"',
    symptom="A forgotten fan-in is taken for a high gain.",
    question="How much does a layer saturate whose weights are not scaled at all?",
    rule="A gain that is twice too high leaves half of the units alive. Unscaled weights leave few.",
)
diagnosis.misconception_by_edit(
    "low_gain_overlooked",
    old='return "gain low"',
    new='return "lr low"',
    symptom="A low gain is taken for a low learning rate.",
    question="What do the activations do from layer to layer?",
    rule="A loss that does not fall has more than one cause. Look at what was there before the first step.",
)
diagnosis.misconception_by_edit(
    "loss_that_does_not_fall_means_lr_low",
    old='if (stats["dead"] > 0).any():\n        return "dead column"',
    new='if stats["losses"][-1] > stats["losses"][0] - 0.15:\n        return "lr low"\n'
    '    if (stats["dead"] > 0).any():\n        return "dead column"',
    symptom="Several networks that do not learn are all said to have a low learning rate.",
    question="What else keeps a loss from falling?",
    rule="The loss only says that something is wrong. The ratios say whether the steps are too small.",
)
diagnosis.misconception_by_edit(
    "largest_ratio_of_the_first_step",
    old='[S // 2 :].median()\n    if ratio < -4.5:\n        return "lr low"\n'
    '    return "lr high" if ratio > -1.8',
    new='[0].max()\n    if ratio < -4.5:\n        return "lr low"\n    return "lr high" if ratio > -2.5',
    symptom="Healthy networks are said to have a high learning rate.",
    question="Which matrix has the largest ratio at the first step, and does it stay so?",
    rule="The output layer starts far from the others and corrects itself. Don't judge by the start.",
)
diagnosis.misconception_by_edit(
    "learning_rates_swapped",
    old='return "lr low"\n    return "lr high" if ratio > -1.8 else "healthy"',
    new='return "lr high"\n    return "lr low" if ratio > -1.8 else "healthy"',
    symptom="The two names of the learning rate stand in each other's place.",
    question="Is a ratio of -5 a large or a small update?",
    rule="The logarithm of a small number is far below zero.",
)
diagnosis.misconception_by_edit(
    "gains_swapped",
    old='else "gain high"\n    if stats["act_std"][-1] < 0.3:\n        return "gain low"',
    new='else "gain low"\n    if stats["act_std"][-1] < 0.3:\n        return "gain high"',
    symptom="The two names of the gain stand in each other's place.",
    question="Do large weights make tanh units saturate or fall asleep?",
    rule="Too much gain and units stand at the ends of the tanh. Too little and all of them come to zero.",
)
