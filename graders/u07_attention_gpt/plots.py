"""Pictures of attention, drawn from the student's own functions."""

import torch

from dojo.plots import HeatMap, plot


@plot("attention_head", "Who listens to whom: the weights of one causal head")
def attention_weights(student):
    generator = torch.Generator().manual_seed(7)
    T, hs = 12, 12
    # With values that are the rows of an identity matrix, what comes out are the weights themselves.
    x = torch.eye(T, dtype=torch.float64)[None]
    Wq, Wk = (1.5 * torch.randn(hs, T, generator=generator, dtype=torch.float64) for _ in range(2))
    out = student(x, Wq, Wk, torch.eye(T, dtype=torch.float64))
    return HeatMap("position that listens", "position that is heard", out[0].tolist())
