"""Right answers under many seeds: does a grader ever reject one?

The properties and cases are those of a grading. But all right answers to an exercise stand side by side, each
in a worker that is asked about many seeds: so a case is drawn and answered once for all of them, and few
workers are started, which is what a grading costs most of. Or they are called in this process (see `inside`):
what is missing then, walls and watches, draws no lots.

A property that asks for no drawn case is checked there until it is known to draw no lots of its own (see
`lots`): under all other seeds it would be the same computation once more.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import torch

from dojo.channel import StudentError, WorkerEnded
from dojo.grading.asking import Falsified
from dojo.grading.cases import Parts
from dojo.grading.grader import Grader
from dojo.grading.properties import Check, properties, run
from dojo.grading.student import Allowance, Student
from dojo.grading.values import names_of
from dojo.prepare import Attempt
from dojo.seeds import Seed
from dojo.servers import Server
from dojo.truth.inside import student as student_inside
from dojo.truth.lots import Run, generators, without_lots

SECONDS = 3600.0  # for all seeds of a chunk together
FRESH = 10  # after so many seeds modules in this process are loaded anew: some keep all that they ever made


@dataclass
class Flakes:
    """Under which seed which right answer was rejected, and what it was told the first time."""

    pairs: set[tuple[str, int]]
    message: str = ""

    def add(self, name: str, seed: int, message: str) -> None:
        """Note a rejection."""
        self.message = self.message or f"{name}, seed {seed}: {message}"
        self.pairs.add((name, seed))


def flakes(
    attempts: Mapping[str, Attempt], server: Server, first: int, last: int, *, inside: bool = False
) -> Flakes:
    """Check every property of one exercise on its right answers, by name, under the seeds from `first` up to
    but without `last`.

    inside: call them in this process.
    """
    found = Flakes(set())
    patient = {
        name: replace(attempt, limits=replace(attempt.limits, seconds=SECONDS))
        for name, attempt in attempts.items()
    }
    one = next(iter(patient.values()))
    undrawn = {s.name for s in one.grader.statements if names_of(s.holds) == ("student",)}
    for prop in properties(one.grader, one.rules):
        with ExitStack() as workers, redirect_stdout(io.StringIO()):
            start = student_inside if inside else partial(_student_in_a_worker, server, workers)
            panel = _Panel(patient, start, found, undrawn=inside and prop.name in undrawn)
            for seed in range(first, last):
                if not panel.undecided:
                    break
                if inside and seed % FRESH == 0:
                    panel.renew()
                panel.begin(seed, prop.text)
                asked, *more = [panel.asked(check) for check in (prop.check, *prop.also)]
                drawn = Seed.numbered(seed).number(one.exercise.id, prop.name)
                run(replace(prop, check=asked, also=tuple(more)), one.grader, panel, drawn)  # type: ignore[arg-type]
    return found


class _Panel:
    """All right answers to an exercise in the place of one student.

    It never raises, so that nothing is looked for but whether all cases of a seed are answered rightly.
    """

    def __init__(
        self,
        attempts: Mapping[str, Attempt],
        start: Callable[[Attempt], Student],
        found: Flakes,
        *,
        undrawn: bool,
    ) -> None:
        """undrawn: whether checks depend on no drawn case."""
        self._attempts, self._start, self._found, self._undrawn = attempts, start, found, undrawn
        self._students: dict[str, Student] = {}
        self._runs: dict[str, list[Run]] = {name: [] for name in attempts}
        self._seed, self._text = 0, ""

    def begin(self, seed: int, text: str) -> None:
        """What is asked from now on belongs to this seed and to a property in these words."""
        self._seed, self._text = seed, text

    def renew(self) -> None:
        """Start all students anew."""
        self._students.clear()

    @property
    def undecided(self) -> list[str]:
        """Those of whom a further seed may show anything."""
        return [name for name, runs in self._runs.items() if not self._undrawn or not without_lots(runs)]

    def asked(self, check: Check) -> Callable[[Any, Grader, Parts], None]:
        """The check of one student as a check of all."""

        def check_all(panel: Any, grader: Grader, parts: Parts) -> None:
            for name in self.undecided:
                try:
                    with self._watching_lots(name):
                        check(self._student(name), grader, parts)
                except (Falsified, StudentError) as failure:
                    self._found.add(name, self._seed, f"{self._text}: {failure}")
                except WorkerEnded as ended:
                    self._found.add(name, self._seed, f"{self._text}: {ended.why}")
                    del self._students[name]

        return check_all

    @contextmanager
    def _watching_lots(self, name: str) -> Iterator[None]:
        """Note what a check of this student, where it depends on no case, does to the random numbers."""
        if not self._undrawn:
            yield
            return
        runs = self._runs[name]
        torch.manual_seed(self._seed * 1000 + len(runs))  # another start than before
        before = generators()
        try:
            yield
        finally:
            runs.append(Run(before, generators()))

    def _student(self, name: str) -> Student:
        """The student of this name; one whose worker has ended begins anew."""
        if name not in self._students:
            self._students[name] = self._start(self._attempts[name])
        return self._students[name]


def _student_in_a_worker(server: Server, workers: ExitStack, attempt: Attempt) -> Student:
    return attempt.load(workers.enter_context(attempt.worker(server)), Allowance(SECONDS))
