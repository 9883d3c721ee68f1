"""Right answers under many seeds: does a grader ever reject one?

The properties and cases are those of a grading. But all right answers to an exercise stand side by side, each
in a worker that is asked about many seeds: so a case is drawn and answered once for all of them, and few
workers are started, which is what a grading costs most of. Or they are called in this process (see `inside`):
what is missing then, walls and watches, draws no lots.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from dojo.channel import StudentError, WorkerEnded
from dojo.grading.asking import Falsified
from dojo.grading.cases import Parts
from dojo.grading.grader import Grader
from dojo.grading.properties import Check, properties, run
from dojo.grading.student import Allowance, Student
from dojo.prepare import Attempt
from dojo.seeds import Seed
from dojo.servers import Server
from dojo.truth.inside import student as student_inside

SECONDS = 3600.0  # for all seeds of a chunk together


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
    for prop in properties(one.grader, one.rules):
        with ExitStack() as workers:
            start = student_inside if inside else partial(_student_in_a_worker, server, workers)
            panel = _Panel(patient, start, found)
            for seed in range(first, last):
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
        self, attempts: Mapping[str, Attempt], start: Callable[[Attempt], Student], found: Flakes
    ) -> None:
        self._attempts, self._start, self._found = attempts, start, found
        self._students: dict[str, Student] = {}
        self._seed, self._text = 0, ""

    def begin(self, seed: int, text: str) -> None:
        """What is asked from now on belongs to this seed and to a property in these words."""
        self._seed, self._text = seed, text

    def asked(self, check: Check) -> Callable[[Any, Grader, Parts], None]:
        """The check of one student as a check of all."""

        def check_all(panel: Any, grader: Grader, parts: Parts) -> None:
            for name in self._attempts:
                try:
                    check(self._student(name), grader, parts)
                except (Falsified, StudentError) as failure:
                    self._found.add(name, self._seed, f"{self._text}: {failure}")
                except WorkerEnded as ended:
                    self._found.add(name, self._seed, f"{self._text}: {ended.why}")
                    del self._students[name]

        return check_all

    def _student(self, name: str) -> Student:
        """The student of this name; one whose worker has ended begins anew."""
        if name not in self._students:
            self._students[name] = self._start(self._attempts[name])
        return self._students[name]


def _student_in_a_worker(server: Server, workers: ExitStack, attempt: Attempt) -> Student:
    return attempt.load(workers.enter_context(attempt.worker(server)), Allowance(SECONDS))
