"""How cases are drawn: by hypothesis, from a seed and nothing else, so that it draws the same everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import hypothesis
from hypothesis.internal.conjecture import providers
from hypothesis.strategies import SearchStrategy

T = TypeVar("T")

# Newer versions of hypothesis look for numbers in the source of every loaded module that belongs neither to
# Python nor to an installed package, and now and then they draw one of those. There is no setting for it. The
# cases of a seed would be others in `dojo check` than in `dojo grade`, which loads more graders, and others
# again where the kit is installed; and each process would have to read all our source first.
if hasattr(providers, "_get_local_constants"):
    _NONE = type(providers._local_constants)()
    providers._get_local_constants = lambda: _NONE

SETTINGS = hypothesis.settings(
    database=None,
    deadline=None,
    suppress_health_check=list(hypothesis.HealthCheck),
    report_multiple_bugs=False,
    print_blob=False,
    verbosity=hypothesis.Verbosity.quiet,
)
_DRAW, _SHRINK = hypothesis.Phase.generate, hypothesis.Phase.shrink


def try_out(
    check: Callable[[T], None],
    cases: SearchStrategy[T],
    seed: int,
    examples: int,
    *,
    shrink: bool = True,
) -> None:
    """Call `check` with so many cases at most.

    Raises what it raises: for the smallest case that was found, or without `shrink` for the first.
    """

    def holds(case: T) -> None:  # short, because hypothesis reads its source anew each time
        check(case)

    phases = (_DRAW, _SHRINK) if shrink else (_DRAW,)
    settings = hypothesis.settings(SETTINGS, max_examples=examples, phases=phases)
    hypothesis.seed(seed)(settings(hypothesis.given(cases)(holds)))()
