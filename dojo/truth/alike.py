"""Whether two versions of an answer do the same on many random inputs, each in a worker of its own."""

from __future__ import annotations

import inspect
import random
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import torch

from dojo.channel import StudentError, WorkerEnded
from dojo.grading import draw as drawing
from dojo.grading.cases import Case, Parts, drawn_domains, question, strategy
from dojo.grading.grader import Grader
from dojo.grading.matching import same_behaviour
from dojo.grading.seeded import try_out
from dojo.grading.student import Allowance, Student
from dojo.grading.values import cast
from dojo.prepare import Attempt
from dojo.servers import Server
from dojo.truth.inside import student as student_inside

SINGLE = 8  # every eighth input is in float32
BARE = 5  # in every fifth, what has a default is left out
FEWEST = 8
FRESH = 100  # after so many inputs what is called in this process begins anew: it keeps every object it made
LOOSER = 10.0  # for rounding adds up differently in two right answers


def differing(
    first: Attempt,
    second: Attempt,
    server: Server,
    count: int,
    *,
    memory: bool = True,
    most: float = float("inf"),
    seed: int = 1,
    inside: bool = False,
) -> tuple[int, int]:
    """How many random inputs were tried, and on how many of them the two do not do the same.

    memory: whether one that shares memory with its arguments is another than one that does not.
    most:   so many seconds at most, but FEWEST inputs however long they take.
    inside: call them in this process, which is faster, and for texts that are known to come to an end.

    It ends with the first input that one of them does not survive, which counts as a difference.
    """
    grader, seconds, started = first.grader, 60.0 + 0.05 * count, time.monotonic()
    tried = unlike = 0
    with ExitStack() as workers:

        def start(attempt: Attempt) -> Student:
            if inside:
                return student_inside(attempt)
            return attempt.load(
                workers.enter_context(_patient(attempt, seconds).worker(server)), Allowance(seconds)
            )

        try:
            theirs, ours = start(first), start(second)
            for case in cases(grader, count, seed):
                if inside and tried % FRESH == FRESH - 1:
                    theirs, ours = start(first), start(second)
                tried += 1
                unlike += not same_behaviour(theirs, ours, grader, case, loose=LOOSER, memory=memory)
                if tried >= FEWEST and time.monotonic() - started > most:
                    break
        except (WorkerEnded, StudentError):
            return tried + 1, unlike + 1
    return tried, unlike


def _patient(attempt: Attempt, seconds: float) -> Attempt:
    return replace(attempt, limits=replace(attempt.limits, seconds=seconds))


def cases(grader: Grader, count: int, seed: int) -> Iterator[Case]:
    """Random inputs of an exercise, drawn as its grader draws them."""
    for number, parts in enumerate(_parts(grader, count, seed)):
        case = question(grader, parts)
        if number % BARE == BARE - 1 and grader.played_by is None:
            case = Case({n: v for n, v in case.given.items() if not _has_default(grader, n)}, case.hidden)
        if number % SINGLE == SINGLE - 1 and grader.played_by is None:
            case = Case(cast(case.given, torch.float32), cast(case.hidden, torch.float32))
        yield case


def _has_default(grader: Grader, name: str) -> bool:
    return grader.parameters[name].default is not inspect.Parameter.empty


def _parts(grader: Grader, count: int, seed: int) -> list[Parts]:
    if drawn_domains(grader):
        drawn: list[Parts] = []
        try_out(drawn.append, strategy(grader, seed), seed, count, shrink=False)
        return drawn
    lots = random.Random(seed)
    return [(_structure(lots, len(grader.sizes), seed), {}) for _ in range(count)]


def _structure(lots: random.Random, sizes: int, salt: int) -> drawing.Structure:
    return drawing.Structure(
        lots.randrange(sizes),
        lots.randrange(drawing.STYLES),
        lots.randrange(10_000),
        lots.randrange(2),
        lots.randrange(len(drawing.SCALES)),
        salt,
    )
