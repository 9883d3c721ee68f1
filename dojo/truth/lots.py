"""Whether a check draws lots: only then can it come out otherwise when it is carried out once more."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

Generators = tuple[object, ...]


def generators() -> Generators:
    """Where each source of random numbers stands that code may draw from without having made it."""
    return bytes(torch.get_rng_state().numpy()), random.getstate(), repr(np.random.get_state(legacy=False))


@dataclass(frozen=True)
class Run:
    """Where the generators stood before a check, and after it."""

    before: Generators
    after: Generators


def without_lots(runs: Sequence[Run]) -> bool:
    """Whether a check of which these are several runs does the same whenever it is carried out.

    For each generator one of two things has to be true: it was never touched; or it stood elsewhere before
    each run and at one place after all of them, so the check seeds it itself.
    """
    return len(runs) > 1 and all(
        _untouched(before, after) or _seeded(before, after)
        for before, after in zip(
            zip(*(run.before for run in runs), strict=True),
            zip(*(run.after for run in runs), strict=True),
            strict=True,
        )
    )


def _untouched(before: Sequence[object], after: Sequence[object]) -> bool:
    return tuple(before) == tuple(after)


def _seeded(before: Sequence[object], after: Sequence[object]) -> bool:
    return len(set(before)) == len(before) and len(set(after)) == 1
