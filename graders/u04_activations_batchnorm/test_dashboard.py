"""What is true of the numbers on the dashboard."""

import itertools
import math

import torch

from dojo.grading import Draw, close, grades

MEANS = {"floor": 10.0}  # a mean may be almost zero, and what was added up for it is of size 1

# --- activation_stats -------------------------------------------------------------------------------------


# The default, one that two numbers reach exactly, and two others.
THRESHOLDS = [0.97, 0.9375, 0.9, 0.99]


def tanh_layers(draw: Draw):
    """Outputs of two or three tanh layers of different shapes, on both sides and often near the ends."""
    tau = THRESHOLDS[draw.sizes["kind"] % len(THRESHOLDS)]
    shapes = [(3, 2), (2, 2), (4, 3)][: 2 + draw.sizes["kind"] // len(THRESHOLDS)]
    shapes[0] = (2, 2, 2) if draw.integer(0, 1) else shapes[0]
    layers = [torch.tanh(7 * draw.uniform(*shape) - 4) for shape in shapes]
    exact = tau == 0.9375  # no rounding, in float32 neither
    for layer, sign in zip(layers, (1, -1), strict=False):
        layer.view(-1)[0] = sign * (tau if exact else 0.999)
        layer.view(-1)[1] = -0.95 if exact else (0.98 if tau == 0.99 else -0.94)  # beside another threshold
    return {"layers": [draw.finish(layer) for layer in layers], "tau": tau}


def three_numbers(h, tau, correction=1):
    saturated = (h.abs() > tau).double().mean().item()
    return {"mean": h.mean().item(), "std": h.std(correction=correction).item(), "saturated": saturated}


@grades(
    "activation_stats",
    case_of=tanh_layers,
    minimum={"kind": 0},
    largest={"kind": 2 * len(THRESHOLDS) - 1},
    every=True,
    examples=2,
    **MEANS,
    loose=1e3,  # a float may have been computed in float32
)
def activation_stats(layers, tau):
    return [three_numbers(h, tau) for h in layers]


@activation_stats.alternative
def in_a_loop(layers, tau=0.97):
    stats = []
    for h in layers:
        values = h.flatten().tolist()
        n = len(values)
        mean = sum(values) / n
        std = math.sqrt(sum((v - mean) ** 2 for v in values) / (n - 1))
        stats.append({"mean": mean, "std": std, "saturated": sum(abs(v) > tau for v in values) / n})
    return stats


@activation_stats.alternative
def share_in_float32(layers, tau=0.97):
    stats = []
    for t in layers:
        saturated = (t.abs() > tau).float().mean().item()
        stats.append({"mean": t.mean().item(), "std": t.std().item(), "saturated": saturated})
    return stats


@activation_stats.alternative
def flat_first(layers, tau=0.97):
    flat = [h.reshape(-1) for h in layers]
    return [
        dict(
            saturated=float(((h > tau) | (h < -tau)).sum()) / len(h),
            std=float(h.var() ** 0.5),
            mean=float(h.sum() / len(h)),
        )
        for h in flat
    ]


@activation_stats.misconception(
    symptom="The saturated share is too small.",
    question="How many ends does a tanh have?",
    rule="An output near -1 is as saturated as one near 1.",
)
def forgets_the_negative_end(layers, tau=0.97):
    return [{**three_numbers(h, tau), "saturated": (h > tau).double().mean().item()} for h in layers]


@activation_stats.misconception(
    symptom="The saturated share lies between 0 and 100.",
    question="Is it a share or a percentage that is asked for?",
    rule="A share lies between 0 and 1.",
)
def in_percent(layers, tau=0.97):
    return [{**(s := three_numbers(h, tau)), "saturated": 100 * s["saturated"]} for h in layers]


@activation_stats.misconception(
    symptom="The standard deviations are a little too small.",
    question="By which number does torch.Tensor.std divide?",
    rule="Say which divisor you mean. Here it is the one that PyTorch takes without being asked.",
)
def divides_by_all(layers, tau=0.97):
    return [three_numbers(h, tau, correction=0) for h in layers]


@activation_stats.misconception(
    symptom="The standard deviations are squared.",
    question="Is that a variance or a standard deviation?",
    rule="A standard deviation has the unit of the numbers themselves.",
)
def variance_for_std(layers, tau=0.97):
    return [{**three_numbers(h, tau), "std": h.var().item()} for h in layers]


@activation_stats.misconception(
    symptom="The saturated share doesn't change with tau.",
    question="Where does your code use tau?",
    rule="A default is for those who don't care. Who gives a threshold wants it used.",
)
def tau_ignored(layers, tau=0.97):
    return [three_numbers(h, 0.97) for h in layers]


@activation_stats.misconception(
    symptom="All layers get the same numbers.",
    question="Whose statistics are they, a layer's or the network's?",
    rule="The point of the table is to see how layers differ.",
)
def all_layers_pooled(layers, tau=0.97):
    return [three_numbers(torch.cat([h.flatten() for h in layers]), tau)] * len(layers)


@activation_stats.misconception(
    symptom="The standard deviations are too small, those of layers with unequal units most.",
    question="Is it one standard deviation of all outputs, or a mean over units?",
    rule="A mean of standard deviations forgets that the units have different means.",
)
def mean_over_units(layers, tau=0.97):
    return [{**three_numbers(h, tau), "std": h.flatten(0, -2).std(0).mean().item()} for h in layers]


@activation_stats.misconception(
    symptom="The mean is never negative.",
    question="Do you look at the activations or at their sizes?",
    rule="A mean away from zero shows a layer that leans to one side. Sizes hide it.",
)
def mean_of_sizes(layers, tau=0.97):
    return [{**three_numbers(h, tau), "mean": h.abs().mean().item()} for h in layers]


# --- activation_histogram ---------------------------------------------------------------------------------


def spread_out(draw: Draw, shape):
    """Floats on both sides of zero, more on one side, none of them on an edge between two bins."""
    return draw.finish(3 * draw.uniform(*shape) ** 2 - 1)


@grades(
    "activation_histogram",
    h=spread_out,
    minimum={"N": 4, "H": 3, "bins": 2},
    largest={"N": 8, "H": 6, "bins": 7},
    parts={"density": (0,), "edges": (1,)},
    examples=6,
)
def activation_histogram(h, bins):
    found = torch.histogram(h, bins, density=True)
    return found.hist, found.bin_edges


@activation_histogram.property("has an area of 1", examples=3)
def area_of_one(answer):
    density, edges = answer
    return close((density * edges.diff()).sum(), torch.ones((), dtype=density.dtype))


@activation_histogram.alternative
def bin_by_bin(h, bins):
    edges = torch.linspace(float(h.min()), float(h.max()), bins + 1, dtype=h.dtype)
    density = torch.zeros(bins, dtype=h.dtype)
    for i in range(bins):
        count = ((h > edges[i]) & (h < edges[i + 1])).sum()
        count = count + (i == 0) + (i == bins - 1)  # the smallest and the largest lie on edges
        density[i] = count / h.numel() / (edges[i + 1] - edges[i])
    return density, edges


@activation_histogram.alternative
def number_by_number(h, bins):
    low, high = h.min().item(), h.max().item()
    counts = [0] * bins
    for v in h.flatten().tolist():
        counts[min(int((v - low) / (high - low) * bins), bins - 1)] += 1
    area = h.numel() * (high - low) / bins
    edges = [low + (high - low) * i / bins for i in range(bins + 1)]
    return torch.tensor([c / area for c in counts], dtype=h.dtype), torch.tensor(edges, dtype=h.dtype)


@activation_histogram.alternative
def by_histc(h, bins):
    low, high = float(h.min()), float(h.max())
    counts = torch.histc(h, bins, min=low, max=high)
    return counts / counts.sum() * bins / (high - low), torch.linspace(low, high, bins + 1, dtype=h.dtype)


@activation_histogram.alternative
def ready_made(h, bins):
    heights, edges = torch.histogram(h, bins, density=True)
    return heights, edges


@activation_histogram.misconception(
    symptom="The heights are whole numbers.",
    question="Can you compare layers of different sizes with your histogram?",
    rule="A density doesn't grow with the number of values.",
)
def counts_only(h, bins):
    hist, edges = torch.histogram(h, bins)
    return hist, edges


@activation_histogram.misconception(
    symptom="The heights sum to 1, and the area is not 1.",
    question="What is the area of a bar that is half as wide?",
    rule="A density is a share for each unit of width.",
)
def shares_of_numbers(h, bins):
    hist, edges = torch.histogram(h, bins)
    return hist / h.numel(), edges


@activation_histogram.misconception(
    symptom="One number is missing in the last bin.",
    question="Which bin does the largest number belong to?",
    rule="Bins are open at one end. The last one must be closed at both.",
)
def largest_number_lost(h, bins):
    hist, edges = torch.histogram(h, bins)
    counts = hist.clone()
    counts[-1] -= 1
    width = (h.max() - h.min()) / bins
    return counts / (h.numel() * width), edges


@activation_histogram.misconception(
    symptom="The area is 1, but the smallest heights are zero.",
    question="Where does the first bin begin?",
    rule="The edges here come from the numbers: the smallest one is the first edge, the largest the last.",
)
def edges_from_minus_one_to_one(h, bins):
    hist, edges = torch.histogram(h, bins, range=(-1.0, 1.0))
    return hist / (h.numel() * 2 / bins), edges


@activation_histogram.misconception(
    symptom="There are as many edges as bins.",
    question="How many posts does a fence of three fields have?",
    rule="Every bin has two edges, and neighbours share one.",
)
def one_edge_short(h, bins):
    hist, edges = torch.histogram(h, bins, density=True)
    return hist, edges[:-1].clone()


@activation_histogram.misconception(
    symptom="The bins are too wide or too narrow by one.",
    question="How many edges does your call make, and how many bins lie between them?",
    rule="Every bin has two edges, and neighbours share one.",
)
def edges_counted_as_bins(h, bins):
    hist, edges = torch.histogram(h, bins - 1, density=True)
    return hist, edges


@activation_histogram.misconception(
    symptom="The area is right only where the range is as wide as its bins are many.",
    question="Do you multiply or divide by the width of a bin?",
    rule="The narrower the bin, the higher the bar for the same share.",
)
def multiplied_by_the_width(h, bins):
    hist, edges = torch.histogram(h, bins)
    return hist / h.numel() * (h.max() - h.min()) / bins, edges


# --- gradient_stats ---------------------------------------------------------------------------------------


# The widths of a network, from its input to its last layer.
WIDTHS = [(2, 3, 2), (3, 2, 2, 2), (2, 2), (2, 3, 4), (3, 2, 4, 3), (2, 4, 3, 5, 2)]


def tanh_network(draw: Draw):
    """One to four layers of different widths, mostly not saturated."""
    widths = WIDTHS[draw.sizes["kind"]]
    weights = [draw.normal(a, b) / a for a, b in itertools.pairwise(widths)]
    N = draw.integer(3, 4)
    dout = draw.normal(N, widths[-1]) + 0.3
    return {"x": draw.normal(N, widths[0]), "weights": weights, "dout": dout}


def gradients_by_hand(x, weights, dout):
    """Outputs of all layers, and the gradients of these outputs, in the order of the layers."""
    h, outputs = x, []
    for weight in weights:
        h = torch.tanh(h @ weight)
        outputs.append(h)
    d, gradients = dout, [dout]
    for h, weight in zip(outputs[:0:-1], weights[:0:-1], strict=True):
        d = ((1 - h**2) * d) @ weight.T
        gradients.insert(0, d)
    return outputs, gradients


def described(tensors):
    return [{"mean": t.mean().item(), "std": t.std().item()} for t in tensors]


@grades(
    "gradient_stats",
    case_of=tanh_network,
    derived=dict.fromkeys(("N", "K", "V"), lambda s: 0),  # see WIDTHS
    minimum={"kind": 0},
    largest={"kind": len(WIDTHS) - 1},
    every=True,
    **MEANS,
    examples=2,
)
def gradient_stats(x, weights, dout):
    h, outputs = x, []
    with torch.enable_grad():
        for weight in weights:
            h = torch.tanh(h @ weight.clone().requires_grad_())
            outputs.append(h)
        return described(torch.autograd.grad((h * dout).sum(), outputs))


@gradient_stats.alternative
def with_retained_gradients(x, weights, dout):
    h, outputs = x.clone().requires_grad_(), []
    for weight in weights:
        h = torch.tanh(h @ weight)
        h.retain_grad()
        outputs.append(h)
    h.backward(dout)
    return [{"mean": float(h.grad.mean()), "std": float(h.grad.std())} for h in outputs]


@gradient_stats.alternative
def all_by_hand(x, weights, dout):
    return described(gradients_by_hand(x, weights, dout)[1])


@gradient_stats.alternative
def by_autograd_grad(x, weights, dout):
    outputs = [x]
    for weight in weights:
        outputs.append((outputs[-1] @ weight).tanh() if len(outputs) > 1 else first(x, weight))
    gradients = torch.autograd.grad((outputs[-1] * dout).sum(), outputs[1:])
    return [{"std": g.std().item(), "mean": g.mean().item()} for g in gradients]


def first(x, weight):
    return torch.tanh(x @ weight.clone().requires_grad_(True))


@gradient_stats.misconception(
    symptom="It stops because the gradient of an activation is None.",
    question="Whose gradients does autograd keep after the backward pass?",
    rule="Only leaves keep their gradients. What lies in between must be asked to, before the backward pass.",
)
def gradients_not_retained(x, weights, dout):
    h, outputs = x.clone().requires_grad_(), []
    for weight in weights:
        h = torch.tanh(h @ weight)
        outputs.append(h)
    (h * dout).sum().backward()
    return [{"mean": float(h.grad.mean()), "std": float(h.grad.std())} for h in outputs]


@gradient_stats.misconception(
    symptom="The numbers are right, in the wrong order.",
    question="Which layer do you meet first on the way back?",
    rule="The table goes with the forward pass, from the first layer to the last.",
)
def last_layer_first(x, weights, dout):
    return described(gradients_by_hand(x, weights, dout)[1][::-1])


@gradient_stats.misconception(
    symptom="The last dict doesn't describe dout. All numbers are too small.",
    question="Is it the gradient of the output of a tanh, or of its input?",
    rule="A layer's output comes after its tanh, and its gradient before the slope is multiplied in.",
)
def gradients_of_the_inputs_of_tanh(x, weights, dout):
    outputs, gradients = gradients_by_hand(x, weights, dout)
    return described([(1 - h**2) * d for h, d in zip(outputs, gradients, strict=True)])


@gradient_stats.misconception(
    symptom="Only the last dict is right; the others are too large.",
    question="What lies between the outputs of two layers, besides a matrix?",
    rule="The slope of each tanh is a factor on everything that passes through it.",
)
def slope_forgotten(x, weights, dout):
    gradients = [dout]
    for weight in weights[:0:-1]:
        gradients.insert(0, gradients[0] @ weight.T)
    return described(gradients)


@gradient_stats.misconception(
    symptom="The numbers are those of the layer before.",
    question="How many layers are there, and does x belong to one of them?",
    rule="The input of a network is no layer's output.",
)
def begins_with_the_input(x, weights, dout):
    outputs, gradients = gradients_by_hand(x, weights, dout)
    dx = ((1 - outputs[0] ** 2) * gradients[0]) @ weights[0].T
    return described([dx, *gradients[:-1]])


@gradient_stats.misconception(
    symptom="The numbers describe the activations.",
    question="What has dout to do with your answer?",
    rule="Activations go forwards and gradients backwards. Both fade or blow up, each in its own direction.",
)
def activations_described(x, weights, dout):
    return described(gradients_by_hand(x, weights, dout)[0])


@gradient_stats.misconception(
    symptom="The numbers describe the gradients of the weights.",
    question="Is it the matrix or the output of a layer whose gradient is asked for?",
    rule="A layer has two kinds of gradients: those of its numbers, and those that it passes on.",
)
def gradients_of_the_weights(x, weights, dout):
    outputs, gradients = gradients_by_hand(x, weights, dout)
    triples = zip([x, *outputs[:-1]], outputs, gradients, strict=True)
    return described([before.T @ ((1 - h**2) * d) for before, h, d in triples])


# --- weight_grad_stats ------------------------------------------------------------------------------------


# The shapes of a network's parameters: matrices of different shapes, biases, and parameters of three axes.
SHAPES = [[(2, 3), (3,)], [(3, 2)], [(2,), (2, 2), (1, 2, 2)]]
SHAPES += [[(3, 2), (2, 3), (3,), (2, 1, 2), (3, 2), (2,)], [(2, 5), (5, 3), (3,), (2, 3, 5), (3, 2), (2,)]]
KINDS = {"minimum": {"kind": 0}, "largest": {"kind": len(SHAPES) - 1}, "every": True}


def parameters(draw: Draw, steps=1):
    """Parameters of some of these shapes, with biases that begin at zero, and the gradients of some steps."""
    shapes = SHAPES[draw.sizes["kind"]]
    params = [uneven(draw, shape) * (0.2 if len(shape) == 2 else 1.0) for shape in shapes]
    params = [p * 0 if p.dim() == 1 else p for p in params]  # biases begin at zero
    grads = [[uneven(draw, shape) * 0.3 + 0.1 for shape in shapes] for _ in range(steps)]
    return params, grads


def uneven(draw: Draw, shape):
    """Numbers that are never all the same, for those have no spread to divide by."""
    return draw.normal(*shape) + 0.11 * torch.arange(math.prod(shape), dtype=draw.dtype).reshape(shape)


def one_step(draw: Draw):
    params, (grads,) = parameters(draw)
    return {"params": params, "grads": grads}


def matrices(params, grads):
    return [(p, g) for p, g in zip(params, grads, strict=True) if p.dim() == 2]


def about(p, g):
    return {"mean": g.mean().item(), "std": g.std().item(), "ratio": (g.std() / p.std()).item()}


@grades("weight_grad_stats", case_of=one_step, **KINDS, **MEANS, examples=2)
def weight_grad_stats(params, grads):
    return [about(p, g) for p, g in matrices(params, grads)]


@weight_grad_stats.alternative
def numbers_in_a_loop(params, grads):
    def spread(t):
        values = t.flatten().tolist()
        mean = sum(values) / len(values)
        return mean, math.sqrt(sum((v - mean) ** 2 for v in values) / (len(values) - 1))

    stats = []
    for p, g in zip(params, grads, strict=True):
        if len(p.shape) != 2:
            continue
        mean, std = spread(g)
        stats.append({"mean": mean, "std": std, "ratio": std / spread(p)[1]})
    return stats


@weight_grad_stats.alternative
def by_std_mean(params, grads):
    stats = []
    for i in range(len(params)):
        if params[i].ndim == 2:
            std, mean = torch.std_mean(grads[i])
            stats.append(dict(ratio=float(std) / float(params[i].std()), mean=float(mean), std=float(std)))
    return stats


@weight_grad_stats.alternative
def by_moments(params, grads):
    def deviation(t):
        return ((t - t.mean()).norm() / math.sqrt(t.numel() - 1)).item()

    stats = []
    for p, g in ((p, grads[i]) for i, p in enumerate(params) if len(p.size()) == 2):
        mean = float(g.sum()) / g.numel()
        stats.append({"mean": mean, "std": deviation(g), "ratio": deviation(g) / deviation(p)})
    return stats


@weight_grad_stats.misconception(
    symptom="There are too many dicts, and some ratios are infinite.",
    question="Which parameters have two axes?",
    rule="A bias that begins at zero has no spread to compare with. The table is about matrices.",
)
def biases_as_well(params, grads):
    return [about(p, g) for p, g in zip(params, grads, strict=True)]


@weight_grad_stats.misconception(
    symptom="There are too many dicts where a parameter has three axes.",
    question="How many axes does a matrix have?",
    rule="Two axes means exactly two.",
)
def everything_but_biases(params, grads):
    return [about(p, g) for p, g in zip(params, grads, strict=True) if p.dim() >= 2]


@weight_grad_stats.misconception(
    symptom="Mean and standard deviation are those of the weights.",
    question="Whose mean is asked for?",
    rule="The table describes gradients. Weights come in only as a measure for them.",
)
def describes_the_weights(params, grads):
    pairs = matrices(params, grads)
    return [{**about(p, g), "mean": p.mean().item(), "std": p.std().item()} for p, g in pairs]


@weight_grad_stats.misconception(
    symptom="The ratios are upside down.",
    question="Which of the two is the measure, and which is measured?",
    rule="A gradient as a share of the weights: small if the gradient is small.",
)
def ratio_upside_down(params, grads):
    pairs = matrices(params, grads)
    return [{**about(p, g), "ratio": (p.std() / g.std()).item()} for p, g in pairs]


@weight_grad_stats.misconception(
    symptom="The ratios are squared.",
    question="Do you compare variances or standard deviations?",
    rule="Compare sizes with sizes.",
)
def ratio_of_variances(params, grads):
    pairs = matrices(params, grads)
    return [{**about(p, g), "ratio": (g.var() / p.var()).item()} for p, g in pairs]


@weight_grad_stats.misconception(
    symptom="The ratios are close to the right ones, but off where a gradient leans to one side.",
    question="Which measure of size does the task name?",
    rule="A norm counts the mean as well; a standard deviation doesn't.",
)
def ratio_of_norms(params, grads):
    pairs = matrices(params, grads)
    return [{**about(p, g), "ratio": (g.norm() / p.norm()).item()} for p, g in pairs]


@weight_grad_stats.misconception(
    symptom="The ratios are negative or wild.",
    question="Is the size of a gradient its mean?",
    rule="A mean near zero says nothing about how large the numbers are.",
)
def ratio_of_means(params, grads):
    pairs = matrices(params, grads)
    return [{**about(p, g), "ratio": (g.mean() / p.mean()).item()} for p, g in pairs]


# --- update_data_ratio ------------------------------------------------------------------------------------


def a_short_training(draw: Draw):
    params, grads = parameters(draw, 2 + draw.sizes["kind"] // 3)
    return {"params": params, "grads": grads, "lr": draw.pick([0.03, 0.1, 0.2, 0.5])}


@grades(
    "update_data_ratio",
    case_of=a_short_training,
    derived=dict.fromkeys(("S", "P"), lambda s: 0),  # see SHAPES
    **KINDS,
    examples=2,
)
def update_data_ratio(params, grads, lr):
    return table(params, grads, lr, before)


def before(p, g, lr):
    return (lr * g).std() / p.std()


def table(params, grads, lr, ratio, trains=lambda p: True):
    """The logarithm of `ratio(p, g, lr)` for each step and matrix, while parameters that `trains` train."""
    rows = []
    for step in grads:
        rows.append(torch.stack([ratio(p, g, lr).log10() for p, g in matrices(params, step)]))
        params = [p - lr * g if trains(p) else p for p, g in zip(params, step, strict=True)]
    return torch.stack(rows)


@update_data_ratio.property("is the same when weights and gradients are measured in another unit", examples=2)
def unit_does_not_matter(student, params, grads, lr):
    larger = student([8 * p for p in params], [[8 * g for g in step] for step in grads], lr)
    return bool(((larger - student(params, grads, lr)).abs() < 1e-9).all())


@update_data_ratio.alternative
def trained_in_place_on_copies(params, grads, lr):
    copies, rows = [p.clone() for p in params], []
    for step in grads:
        row = []
        for p, g in zip(copies, step, strict=True):
            if p.ndim == 2:
                row.append(torch.log10(lr * g.std()) - torch.log10(p.std()))
            p -= lr * g
        rows.append(row)
    return torch.tensor([[float(value) for value in row] for row in rows], dtype=params[0].dtype)


@update_data_ratio.alternative
def column_by_column(params, grads, lr):
    columns = []
    for i, p in enumerate(params):
        if p.dim() != 2:
            continue
        w, column = p, []
        for step in grads:
            after = w - lr * step[i]
            column.append(((after - w).std() / w.std()).log() / math.log(10))
            w = after
        columns.append(torch.stack(column))
    return torch.stack(columns, dim=1)


@update_data_ratio.alternative
def from_running_sums(params, grads, lr):
    S, kept = len(grads), [i for i, p in enumerate(params) if len(p.shape) == 2]
    result = torch.empty(S, len(kept), dtype=params[0].dtype)
    for column, i in enumerate(kept):
        steps = lr * torch.stack([step[i] for step in grads])  # (S, rows, columns)
        weights = params[i] - (steps.cumsum(0) - steps)  # what all steps before have left
        updates = steps.flatten(1).var(1) / weights.flatten(1).var(1)
        result[:, column] = 0.5 * updates.log() / math.log(10)
    return result


@update_data_ratio.misconception(
    symptom="The first row is wrong already, a little.",
    question="Are the weights that you compare with those before the step or after it?",
    rule="Look first, then step.",
)
def taken_after_the_update(params, grads, lr):
    return table(params, grads, lr, lambda p, g, lr: (lr * g).std() / (p - lr * g).std())


@update_data_ratio.misconception(
    symptom="All numbers are too large by the same amount.",
    question="What is subtracted from the weights: the gradient?",
    rule="The gradient by itself says little. The step is what changes the weights.",
)
def learning_rate_forgotten(params, grads, lr):
    return table(params, grads, lr, lambda p, g, lr: g.std() / p.std())


@update_data_ratio.misconception(
    symptom="All numbers are twice as far from zero.",
    question="Do you compare variances or standard deviations?",
    rule="Compare sizes with sizes. A square doubles a logarithm.",
)
def ratio_of_variances_in_logs(params, grads, lr):
    return table(params, grads, lr, lambda p, g, lr: (lr * g).var() / p.var())


@update_data_ratio.misconception(
    symptom="All numbers are too far from zero by the factor 2.3.",
    question="What is the base of your logarithm?",
    rule="-3 shall mean a thousandth.",
)
def natural_logarithm(params, grads, lr):
    return table(params, grads, lr, before) * math.log(10)


@update_data_ratio.misconception(
    symptom="The numbers are ratios, not their logarithms.",
    question="What should a step of a thousandth show as?",
    rule="On a linear scale all small ratios look like zero.",
)
def no_logarithm(params, grads, lr):
    return 10 ** table(params, grads, lr, before)


@update_data_ratio.misconception(
    symptom="There are too many columns, and some numbers are infinite.",
    question="What is the spread of a bias that is still zero?",
    rule="The table is about matrices. Dividing by the spread of equal numbers gives infinity.",
)
def biases_have_columns(params, grads, lr):
    rows = []
    for step in grads:
        pairs = zip(params, step, strict=True)
        rows.append(torch.stack([before(p, g, lr).log10() for p, g in pairs]))
        params = [p - lr * g for p, g in zip(params, step, strict=True)]
    return torch.stack(rows)


@update_data_ratio.misconception(
    symptom="The first row is right, the later ones are not.",
    question="Which weights does the second step change?",
    rule="Training goes on between the rows.",
)
def never_steps(params, grads, lr):
    return table(params, grads, lr, before, trains=lambda p: False)


@update_data_ratio.misconception(
    symptom="Only one row comes back.",
    question="What becomes of the numbers of the first step when the second one comes?",
    rule="One step is a snapshot. What counts is how the ratio develops.",
)
def last_step_only(params, grads, lr):
    return table(params, grads, lr, before)[-1:].clone()


@update_data_ratio.misconception(
    symptom="The first row is right, the later ones drift away.",
    question="Along which direction does your step go?",
    rule="A step of descent is subtracted.",
)
def climbs(params, grads, lr):
    rows = []
    for step in grads:
        rows.append(torch.stack([before(p, g, lr).log10() for p, g in matrices(params, step)]))
        params = [p + lr * g for p, g in zip(params, step, strict=True)]
    return torch.stack(rows)


@update_data_ratio.misconception(
    symptom="The numbers are right, but the caller's parameters have been trained.",
    question="Does your update write into the tensors that you were given?",
    rule="Train on copies.",
)
def trains_the_callers_parameters(params, grads, lr):
    rows = []
    for step in grads:
        rows.append(torch.stack([before(p, g, lr).log10() for p, g in matrices(params, step)]))
        for p, g in zip(params, step, strict=True):
            p -= lr * g
    return torch.stack(rows)


@update_data_ratio.misconception(
    symptom="Rows and columns have changed places.",
    question="Does a row stand for a step or for a matrix?",
    rule="Time goes downwards here: one row for each step.",
)
def matrices_in_rows(params, grads, lr):
    return table(params, grads, lr, before).T.clone()
