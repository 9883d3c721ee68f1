"""The dashboard of the lecture, drawn from the student's own functions."""

import math

import torch

from dojo.plots import Curve, Curves, plot

EXAMPLES, WIDTH, DEPTH, BINS = 256, 100, 5, 40
GAIN = 5 / 3


def tanh_layers(gain):
    """The weights of a deep tanh net whose standard deviation is gain / sqrt(fan_in), and its activations."""
    generator = torch.Generator().manual_seed(2147483647)
    h = torch.randn(EXAMPLES, WIDTH, generator=generator, dtype=torch.float64)
    weights, activations = [], []
    for _ in range(DEPTH):
        weights.append(
            gain / math.sqrt(WIDTH) * torch.randn(WIDTH, WIDTH, generator=generator, dtype=torch.float64)
        )
        h = torch.tanh(h @ weights[-1])
        activations.append(h)
    return weights, activations


def density(student, name, h):
    """A histogram of the student's as a curve through the middles of its bins."""
    heights, edges = student(h, BINS)
    middles = (edges[1:] + edges[:-1]) / 2
    return Curve(name, middles.tolist(), heights.tolist())


@plot("activation_histogram", "Activations of five tanh layers, gain 5/3")
def activation_histograms(student):
    _, activations = tanh_layers(GAIN)
    curves = [density(student, f"layer {number}", h) for number, h in enumerate(activations, 1)]
    return Curves("activation", "density", curves)


@plot("activation_stats", "How many activations are saturated, layer by layer, for four gains")
def saturation_by_gain(student):
    curves = []
    for gain in (0.5, 1.0, GAIN, 3.0):
        stats = student(tanh_layers(gain)[1])
        shares = [100 * layer["saturated"] for layer in stats]
        curves.append(Curve(f"gain {gain:.2f}", list(range(1, DEPTH + 1)), shares))
    return Curves("layer", "per cent with a size above 0.97", curves)


@plot("gradient_stats", "How large the gradients are, layer by layer, for four gains")
def gradient_sizes(student):
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(EXAMPLES, WIDTH, generator=generator, dtype=torch.float64)
    dout = torch.randn(EXAMPLES, WIDTH, generator=generator, dtype=torch.float64)
    curves = []
    for gain in (0.5, 1.0, GAIN, 3.0):
        stats = student(x, tanh_layers(gain)[0], dout)
        sizes = [math.log10(layer["std"]) for layer in stats]
        curves.append(Curve(f"gain {gain:.2f}", list(range(1, DEPTH + 1)), sizes))
    return Curves("layer", "log10 of the gradients' std", curves)


@plot("update_data_ratio", "How large the updates are for their weights, for three learning rates")
def update_ratios(student):
    weights, _ = tanh_layers(1.0)
    first = [weights[0][:8, :8].clone()]
    generator = torch.Generator().manual_seed(1)
    grads = [[0.01 * torch.randn(8, 8, generator=generator, dtype=torch.float64)] for _ in range(60)]
    curves = []
    for lr in (0.1, 0.01, 0.001):
        ratios = student(first, grads, lr)
        curves.append(Curve(f"learning rate {lr:g}", list(range(1, 61)), ratios[:, 0].tolist()))
    return Curves("step", "log10 of update : data", curves, {"a thousandth": -3.0})


@plot("batchnorm_train_forward", "Pre-activations of one layer before and after batchnorm")
def batchnorm_before_after(student):
    generator = torch.Generator().manual_seed(3)
    x = 2.0 + 3.0 * torch.randn(512, 1, generator=generator, dtype=torch.float64)
    out, _, _ = student(x, torch.ones(1, 1, dtype=torch.float64), torch.zeros(1, 1, dtype=torch.float64))
    curves = []
    for name, values in (("before", x), ("after", out)):
        heights, edges = torch.histogram(values.flatten(), bins=24, density=True)
        curves.append(Curve(name, ((edges[1:] + edges[:-1]) / 2).tolist(), heights.tolist()))
    return Curves("pre-activation", "density", curves)
