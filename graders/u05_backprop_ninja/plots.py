"""Pictures of gradients, drawn from the student's own functions."""

import torch

from dojo.plots import HeatMap, plot


@plot("cross_entropy_dlogits", "Push and pull: the gradient of the logits, blue where a logit is to grow")
def dlogits(student):
    generator = torch.Generator().manual_seed(42)
    logits = torch.randn(12, 27, generator=generator, dtype=torch.float64)
    y = torch.randint(0, 27, (12,), generator=generator)
    return HeatMap("example", "character", student(logits, y).tolist())
