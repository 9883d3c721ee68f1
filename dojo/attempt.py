"""One attempt: one exercise of one submission, from its text to its verdict.

Closed by default: every way out of `_check` but its last line is something other than `passed`, and that
line is reached only after every property was checked on at least one case. What else an answer may earn is
decided in `credit`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from hypothesis import strategies

from dojo.channel import StudentError, Worker, WorkerEnded
from dojo.course import Course, Exercise
from dojo.credit import Tally
from dojo.explain import Failure, explain, printed
from dojo.forkserver import ServerDied
from dojo.grading.asking import Falsified
from dojo.grading.cases import GraderBroken
from dojo.grading.grader import Grader
from dojo.grading.matching import name_misconception
from dojo.grading.properties import Property, properties, run
from dojo.grading.seeded import try_out
from dojo.grading.student import Allowance, Student
from dojo.hidden import Unshown, unshown, unshown_fault
from dojo.places import located
from dojo.prepare import Attempt, outcome, prepare
from dojo.seeds import Seed
from dojo.servers import Order, Server
from dojo.submission import Submission
from dojo.text import clean, plural
from dojo.verdict import ExerciseResult, Verdict

PRINTS_A_LOT = 10_000  # characters in one call


@cache
def warm_up() -> None:
    """Draw once: the first time costs hypothesis a fifth of a second."""
    try_out(lambda value: None, strategies.none(), seed=0, examples=1)


def grade_exercise(
    course: Course,
    grader: Grader,
    submission: Submission,
    exercise: Exercise,
    server: Server,
    seed: Seed,
    stuck: dict[str, WorkerEnded],
) -> ExerciseResult:
    """Grade one exercise. Raises nothing whatever a submission does; ServerDied if the server is gone.

    stuck: modules that are known not to survive their import (see `importing`).
    """
    clock = _Clock()
    try:
        ready = prepare(course, grader, submission, exercise)
        if isinstance(ready, ExerciseResult):
            result = ready
        elif (ended := stuck.get(ready.file)) is not None:
            result = explain(ready, ended, "can be imported")
        else:
            result = _check(ready, server, seed, course.credit(exercise.id) == "property", clock)
    except ServerDied:
        raise
    except (GraderBroken, Exception) as error:
        unit = course.unit_of(exercise.id).id
        fault = f"{type(error).__name__}: {clean(error, 200)}"
        message = f"The kit itself failed here ({fault}). It is no fault of yours and costs nothing."
        result = outcome(exercise, unit, Verdict.KIT_ERROR, message)
    places = submission.places.get(f"{result.unit}/{exercise.module}.py", ())
    return replace(result, message=located(result.message, places), duration_s=clock.seconds())


def _check(attempt: Attempt, server: Server, seed: Seed, by_property: bool, clock: _Clock) -> ExerciseResult:
    """Check property after property, each in a fresh worker; the first that fails decides the verdict.

    by_property: check the others too, for what they earn.
    """
    todo = properties(attempt.grader, attempt.rules)
    allowance, tally, seen = Allowance(attempt.limits.seconds), Tally(attempt, todo), _Seen()
    for prop, worker in zip(todo, _workers(attempt, server, len(todo)), strict=True):
        if prop.hidden:
            clock.stop()
        try:
            student = attempt.load(worker, allowance)
            seen.add(prop, worker, _count(prop, attempt, student, seed))
        except (Falsified, StudentError, WorkerEnded) as failure:
            tally.add(prop, failure, explain(attempt, failure, prop.text, worker.printed))
            if tally.over or not by_property:
                break
    if tally.failed:
        result = _reported(attempt, tally, server, allowance)
        return tally.credited(result) if by_property else result
    if not seen.checks:
        raise GraderBroken("nothing was checked")
    hold = "property holds" if seen.properties == 1 else "properties hold"
    message = f"{seen.properties} {hold} on {plural(seen.checks, 'case')}."
    if seen.most > PRINTS_A_LOT:
        message += f" It prints {seen.most:,} characters in one call: a forgotten print?"
    more = {"checks": seen.checks, "output": printed(seen.output)}
    passed = outcome(attempt.exercise, attempt.unit, Verdict.PASSED, message, **more)
    return tally.credited(passed) if by_property else passed


def _count(prop: Property, attempt: Attempt, student: Student, seed: Seed) -> int:
    """On how many cases a property holds. Raises its failure, or what is wrong with the grader."""
    try:
        count = run(prop, attempt.grader, student, seed.number(attempt.exercise.id, prop.name))
        if not count:
            raise GraderBroken(f"the property {prop.name} checked nothing")
        return count
    except (Falsified, StudentError, WorkerEnded, ServerDied):
        raise
    except (GraderBroken, Exception) as error:
        if not prop.hidden:
            raise
        raise (error if isinstance(error, Unshown) else unshown_fault(error)) from None


def _reported(attempt: Attempt, tally: Tally, server: Server, allowance: Allowance) -> ExerciseResult:
    """What is told of the first failure."""
    prop, failure, result = tally.failed[0]
    return unshown(result) if prop.hidden else _with_the_idea(attempt, result, failure, server, allowance)


@dataclass
class _Seen:
    """What may be told of properties that hold: what is not shown leaves no trace in it."""

    properties: int = 0
    checks: int = 0
    output: str = ""
    most: int = 0  # characters printed in one call

    def add(self, prop: Property, worker: Worker, count: int) -> None:
        if not prop.hidden:
            self.properties, self.checks = self.properties + 1, self.checks + count
            self.output, self.most = self.output or worker.printed, max(self.most, worker.printed_size)


class _Clock:
    """How long an attempt takes, up to what is not shown: by its pauses there an answer could tell of it."""

    def __init__(self) -> None:
        self._started, self._stopped = time.perf_counter(), 0.0

    def stop(self) -> None:
        self._stopped = self._stopped or time.perf_counter()

    def seconds(self) -> float:
        return round((self._stopped or time.perf_counter()) - self._started, 3)


def _workers(attempt: Attempt, server: Server, count: int) -> Iterator[Worker]:
    """That many fresh workers, one after another. Each next one is forked while the last is at work."""
    order: Order | None = attempt.order(server) if count else None
    try:
        for number in range(count):
            assert order is not None
            with order.take() as worker:
                order = attempt.order(server) if number + 1 < count else None
                yield worker
    finally:
        if order is not None:
            order.cancel()


def _with_the_idea(
    attempt: Attempt, result: ExerciseResult, failure: Failure, server: Server, allowance: Allowance
) -> ExerciseResult:
    """Add the misconception that behaves just as the answer does, if one does."""
    importing = not isinstance(failure, Falsified) and failure.while_importing
    if result.verdict not in (Verdict.FAILED, Verdict.ERROR) or importing:
        return result
    with attempt.worker(server) as worker:
        try:
            student = attempt.load(worker, allowance)
            wrong = name_misconception(student, attempt.grader, getattr(failure, "case", None))
        except (WorkerEnded, StudentError):
            return result  # an answer that fails in another way on other inputs has no name
    return result if wrong is None else replace(result, misconception=wrong.name, hints=wrong.hints.tiers())
