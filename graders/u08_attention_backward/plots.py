"""Pictures of slopes, drawn from the student's own functions."""

import torch

from dojo.plots import Curve, Curves, plot


@plot("gelu_exact_backward", "The slope of GELU: it dips below 0 and rises above 1")
def gelu_slope(student):
    x = torch.linspace(-4, 4, 161, dtype=torch.float64)
    slope = student(torch.ones(1, 1, 161, dtype=torch.float64), x[None, None])
    return Curves("x", "slope", [Curve("GELU", x.tolist(), slope.flatten().tolist())], {"identity": 1.0})
