"""Read the dashboard: from statistics of a network to what is wrong with it."""

import math
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor


def lr_from_update_ratio(log_ratios: Float[Tensor, "S P"]) -> tuple[str, float]:
    """Say from the sizes of the updates what to do with the learning rate.

    `log_ratios[s, p]` is log10 of update to data at step s for the weight matrix p, as `update_data_ratio`
    measures it. The first steps and single matrices lie far from the rest, so take the median of all
    entries of the second half, the steps from number `S // 2` on (an odd number of entries here). It
    should be -3. If it is at most 0.5 away from that, all is well. The ratio is proportional to the
    learning rate.
    Returns a word, "raise", "lower" or "keep", and as a float the factor to multiply the learning rate by
    so that the median becomes -3. To "keep" belongs the factor 1.0.

    >>> lr_from_update_ratio(torch.tensor([[-1.0], [-2.0], [-4.0], [-4.5], [-4.0]]))
    ('raise', 10.0)
    >>> lr_from_update_ratio(torch.tensor([[-5.0], [-3.25]]))
    ('keep', 1.0)
    """
    raise NotImplementedError


def diagnose_network(stats: dict[str, Any]) -> str:
    """Say from a bundle of statistics what is wrong with a network. You never see the network itself.

    The network has L hidden tanh layers and was trained for S steps. Everything but "losses" and
    "log_ratio" was measured on the whole data set before the first step. What is in `stats`, what healthy
    values look like and what each defect does, says the handout.
    Returns one of "healthy", "forgot fan-in", "gain low", "gain high", "lr low", "lr high",
    "overconfident softmax", "dead column". Where a network has two defects, either name is right.

    Example: losses that start at 12 with 27 classes call for "overconfident softmax".
    """
    raise NotImplementedError
