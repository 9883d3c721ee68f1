"""Checks that draw lots are told from those that do not, and only those are spared."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent.parent / "engine"))
from small_course import GRADER, build

from dojo.engine import Engine
from dojo.seeds import Seed
from dojo.truth import run
from dojo.truth.jobs import SEEDS, WATCHED, Job
from dojo.truth.lots import Run, generators, without_lots

DOUBLE = "import torch\n\n\ndef double(x):\n    return 2 * x\n"
# Half of the time zeros are doubled to something else.
UNLUCKY = DOUBLE.replace("2 * x", "2 * x + ((x == 0) & (torch.rand(()) < 0.5))")
COUNTING = """

import torch

calls = []


@twice.property("doubles zeros", examples=1)
def doubles_zeros(student):
    calls.append(1)
    return not student(torch.zeros(2, 3)).any()
"""


def seeded() -> None:
    torch.manual_seed(1)
    torch.rand(3)


def own_generator() -> None:
    torch.rand(3, generator=torch.Generator().manual_seed(1))


def seeded_in_part() -> None:
    seeded()
    random.random()


@pytest.mark.parametrize(
    ("check", "draws"),
    [
        (own_generator, False),
        (seeded, False),
        (seeded_in_part, True),
        (lambda: torch.rand(3), True),
        (lambda: random.random(), True),
        (lambda: np.random.rand(), True),
    ],
)
def test_who_draws_lots(check: Callable[[], object], draws: bool) -> None:
    runs = watched(check, starts=(1, 2))
    assert not without_lots(runs[:1])
    assert without_lots(runs) is not draws


def test_from_one_start_everybody_ends_at_one_place() -> None:
    """So it proves nothing: hypothesis seeds `random` and numpy before each case."""
    assert not without_lots(watched(lambda: torch.rand(3), starts=(1, 1)))


def watched(check: Callable[[], object], starts: tuple[int, ...]) -> list[Run]:
    runs = []
    for start in starts:
        torch.manual_seed(start)
        before = generators()
        check()
        runs.append(Run(before, generators()))
    return runs


@pytest.mark.parametrize(("source", "checks"), [(DOUBLE, 2), (UNLUCKY, 40)])
def test_what_draws_no_lots_is_not_done_again(tmp_path: Path, source: str, checks: int) -> None:
    with Engine(build(tmp_path, grader=GRADER + COUNTING), lanes=1) as engine:
        engine.load([engine.course.exercise("double")])
        calls = engine.grader("double").statements[-1].holds.__globals__["calls"]
        job = Job("double", SEEDS, "reference", source, Seed.numbered(0), first=WATCHED, last=WATCHED + 40)
        outcome = run.examine(engine, job)
    assert (len(calls), outcome.tried) == (checks, 40)
    assert (outcome.differing > 10) is (source is UNLUCKY)
