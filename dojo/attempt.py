"""One attempt: one exercise of one submission, from its text to its verdict.

Closed by default: every way out of `_check` but its last line is something other than `passed`, and that
line is reached only after every property was checked on at least one case.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import hypothesis
from hypothesis import strategies

from dojo.channel import StudentError, Worker, WorkerEnded
from dojo.course import Course, Exercise
from dojo.explain import Failure, explain, printed
from dojo.forkserver import ServerDied
from dojo.grading.asking import Falsified
from dojo.grading.cases import GraderBroken
from dojo.grading.grader import Grader
from dojo.grading.matching import name_misconception
from dojo.grading.properties import SETTINGS, properties, run
from dojo.grading.student import Allowance
from dojo.places import located
from dojo.prepare import Attempt, outcome, prepare
from dojo.seeds import Seed
from dojo.servers import Order, Server
from dojo.submission import Submission
from dojo.text import clean
from dojo.verdict import ExerciseResult, Verdict

PRINTS_A_LOT = 10_000  # characters in one call


@cache
def warm_up() -> None:
    """Draw once: the first time costs hypothesis a fifth of a second."""
    hypothesis.settings(SETTINGS, max_examples=1)(hypothesis.given(strategies.none())(lambda value: None))()


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
    started = time.perf_counter()
    try:
        ready = prepare(course, grader, submission, exercise)
        if isinstance(ready, ExerciseResult):
            result = ready
        elif (ended := stuck.get(ready.file)) is not None:
            result = explain(ready, ended, "can be imported")
        else:
            result = _check(ready, server, seed)
    except ServerDied:
        raise
    except (GraderBroken, Exception) as error:
        unit = course.unit_of(exercise.id).id
        fault = f"{type(error).__name__}: {clean(error, 200)}"
        message = f"The kit itself failed here ({fault}). It is no fault of yours and costs nothing."
        result = outcome(exercise, unit, Verdict.KIT_ERROR, message)
    places = submission.places.get(f"{result.unit}/{exercise.module}.py", ())
    took = round(time.perf_counter() - started, 3)
    return replace(result, message=located(result.message, places), duration_s=took)


def _check(attempt: Attempt, server: Server, seed: Seed) -> ExerciseResult:
    """Check property after property, each in a fresh worker; the first that fails decides."""
    checks, output, most = 0, "", 0
    allowance = Allowance(attempt.limits.seconds)
    todo = properties(attempt.grader, attempt.rules)
    for prop, worker in zip(todo, _workers(attempt, server, len(todo)), strict=True):
        try:
            student = attempt.load(worker, allowance)
            count = run(prop, attempt.grader, student, seed.number(attempt.exercise.id, prop.name))
        except (Falsified, StudentError, WorkerEnded) as failure:
            result = explain(attempt, failure, prop.text, worker.printed)
            return _with_the_idea(attempt, result, failure, server, allowance)
        output, most = output or worker.printed, max(most, worker.printed_size)
        if not count:
            raise GraderBroken(f"the property {prop.name} checked nothing")
        checks += count
    if not checks:
        raise GraderBroken("nothing was checked")
    message = f"{len(todo)} properties hold on {checks} cases."
    if most > PRINTS_A_LOT:
        message += f" It prints {most:,} characters in one call: a forgotten print?"
    more = {"checks": checks, "output": printed(output)}
    return outcome(attempt.exercise, attempt.unit, Verdict.PASSED, message, **more)


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
