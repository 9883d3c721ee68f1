"""One attempt: one exercise of one submission, from its text to its verdict.

The verdict is closed by default: every way out of here but the last line of `grade_exercise` is something
other than `passed`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from dojo.course import Course, Exercise
from dojo.forkserver import ForkServer, ServerDied, StudentError, Worker, WorkerEnded
from dojo.grading.grader import Case, Grader, GraderBroken
from dojo.grading.matching import name_misconception
from dojo.grading.properties import Falsified, Property, properties, run
from dojo.grading.report import counterexample
from dojo.grading.student import Student
from dojo.regions import stub_text
from dojo.stubs import is_untouched
from dojo.rules.check import violations
from dojo.rules.source import SourceError, decode, keep_only, needed_by, parse
from dojo.seeds import Seed
from dojo.submission import Submission
from dojo.text import clean
from dojo.verdict import ExerciseResult, Verdict

OUTPUT_SHOWN = 2000  # characters of what student code printed


@dataclass(frozen=True)
class Limits:
    """Ceilings of one exercise: seconds of the import, of a call and of all calls of a property; MiB."""

    import_seconds: float
    call_seconds: float
    seconds: float
    memory_mib: int


@dataclass(frozen=True)
class Attempt:
    """All that one grading of one exercise needs. `source` is what reaches the worker."""

    exercise: Exercise
    grader: Grader
    unit: str
    rules: tuple[str, ...]
    limits: Limits
    source: str = ""


def grade_exercise(
    course: Course, grader: Grader, submission: Submission, exercise: Exercise, server: ForkServer, seed: Seed
) -> ExerciseResult:
    """Grade one exercise. Never raises for anything that a submission does; ServerDied where the server is gone."""
    started = time.perf_counter()
    unit = course.unit_of(exercise.id).id
    limits = Limits(
        *(course.limit(exercise.id, n) for n in ("import_seconds", "call_seconds", "seconds", "memory_mib"))
    )
    attempt = Attempt(exercise, grader, unit, course.rules(exercise.id), limits)
    try:
        source = _readable_source(course, submission, attempt)
        result = (
            source
            if isinstance(source, ExerciseResult)
            else _check(replace(attempt, source=source), server, seed)
        )
    except ServerDied:
        raise
    except (GraderBroken, Exception) as error:
        result = _result(
            attempt,
            Verdict.KIT_ERROR,
            f"The kit itself failed here ({type(error).__name__}: {clean(str(error), 200)}); it costs you nothing.",
        )
    return replace(result, duration_s=round(time.perf_counter() - started, 3))


def _result(attempt: Attempt, verdict: Verdict, message: str, **more: Any) -> ExerciseResult:
    exercise = attempt.exercise
    points = exercise.points if verdict is Verdict.PASSED else 0
    return ExerciseResult(exercise.id, attempt.unit, verdict, points, exercise.points, message, **more)


# -- before anything runs ---------------------------------------------------------------------------------


def _readable_source(course: Course, submission: Submission, attempt: Attempt) -> str | ExerciseResult:
    """The part of the student's module that this exercise needs, or the result if it is not worth running."""
    exercise = attempt.exercise
    name = f"{attempt.unit}/{exercise.module}.py"
    content = submission.files.get(name)
    if content is None:
        return _result(attempt, Verdict.NOT_STARTED, f"There is no {name} in this submission.")
    try:
        text = decode(content)
        tree = parse(text)
    except SourceError as error:
        return _result(attempt, Verdict.ERROR, str(error))
    statements = needed_by(tree, exercise.function)
    if not any(getattr(node, "name", None) == exercise.function for node in statements):
        message = f"{name} has no function `{exercise.function}`: keep the name that the stub has (`dojo reset {exercise.id}` brings it back)."
        return _result(attempt, Verdict.ERROR, message)
    stub = _stub_text(course.path("exercises", exercise.id), course.path("solutions", exercise.id))
    if is_untouched(text, stub, exercise.function):
        return _result(attempt, Verdict.NOT_STARTED, "Still the stub.")
    broken = violations(statements, attempt.rules, course.defaults.imports)
    if broken:
        more = f" ({len(broken) - 1} more)" if len(broken) > 1 else ""
        return _result(
            attempt,
            Verdict.FORBIDDEN,
            broken[0].message + more,
            property="keeps to the rules of the exercise",
        )
    return keep_only(text, statements)


@lru_cache(maxsize=None)
def _stub_text(stub: Path, solution: Path) -> str:
    # Made from the solution, because the committed stub may be the very file that the student edits.
    return stub_text(solution.read_text(encoding="utf-8"), stub)


# -- running it -------------------------------------------------------------------------------------------


def _check(attempt: Attempt, server: ForkServer, seed: Seed) -> ExerciseResult:
    """Check property after property, each in a fresh worker; the first that fails decides."""
    checks = 0
    printed = ""
    todo = properties(attempt.grader, attempt.rules)
    for prop in todo:
        with _worker(attempt, server) as worker:
            try:
                count = run(
                    prop, attempt.grader, _load(attempt, worker), seed.number(attempt.exercise.id, prop.name)
                )
            except (Falsified, StudentError, WorkerEnded) as failure:
                result = _explain(attempt, prop, failure, worker)
                return _name_the_idea(attempt, result, failure, server)
            printed = printed or worker.printed
        if not count:
            raise GraderBroken(f"the property {prop.name} checked nothing")
        checks += count
    if not checks:
        raise GraderBroken("nothing was checked")
    message = f"{len(todo)} properties hold on {checks} cases."
    return _result(attempt, Verdict.PASSED, message, checks=checks, output=clean(printed, OUTPUT_SHOWN))


def _worker(attempt: Attempt, server: ForkServer) -> Worker:
    limits = attempt.limits
    return server.worker(memory_mib=limits.memory_mib, cpu_seconds=limits.seconds + limits.import_seconds)


def _load(attempt: Attempt, worker: Worker) -> Student:
    limits = attempt.limits
    try:
        worker.load(attempt.source, attempt.exercise.module, limits.import_seconds)
    except (StudentError, WorkerEnded) as error:
        error.while_importing = True
        raise
    return Student(
        worker,
        attempt.exercise.function,
        call_seconds=limits.call_seconds,
        seconds=limits.seconds,
        grad="autograd" not in attempt.rules,
    )


def _explain(attempt: Attempt, prop: Property, failure: Exception, worker: Worker) -> ExerciseResult:
    """The result that a failure amounts to, before anybody asks which idea is behind it."""
    output = clean(worker.printed, OUTPUT_SHOWN)
    if isinstance(failure, Falsified):
        verdict = Verdict.FORBIDDEN if failure.broke_rule else Verdict.FAILED
        shown = None if failure.broke_rule else counterexample(failure.case, failure.mismatch)
        message = clean(failure.mismatch.message, 400)
        return _result(attempt, verdict, message, property=prop.text, counterexample=shown, output=output)
    where = "Importing your module" if _importing(failure) else "Your function"
    if isinstance(failure, StudentError):
        verdict, message = _raised(failure, where, attempt)
        shown = (
            counterexample(failure.case, None)
            if failure.case is not None and verdict is Verdict.ERROR
            else None
        )
        return _result(attempt, verdict, message, counterexample=shown, output=output)
    assert isinstance(failure, WorkerEnded)
    if failure.why == "timeout":
        return _result(
            attempt,
            Verdict.TIMEOUT,
            f"{where} did not finish: {failure.detail}. Is there a loop that never ends?",
            output=output,
        )
    return _result(
        attempt, Verdict.CRASHED, f"{where} ended its process: {clean(failure.detail, 200)}.", output=output
    )


def _importing(failure: Exception) -> bool:
    return isinstance(failure, (StudentError, WorkerEnded)) and failure.while_importing


def _raised(error: StudentError, where: str, attempt: Attempt) -> tuple[Verdict, str]:
    """The verdict for an exception in student code, and one sentence."""
    at = f" in line {error.line}" if error.line else ""
    name, text = clean(error.type_name, 60), " ".join(clean(error.message, 200).split())
    if error.kind == "not_implemented":
        return Verdict.NOT_STARTED, f"It still raises NotImplementedError{at}."
    if error.kind == "memory":
        return (
            Verdict.MEMORY,
            f"{where} asked for more than {attempt.limits.memory_mib} MiB of memory{at}. Does something grow without end?",
        )
    if error.kind == "exit":
        return Verdict.CRASHED, f"{where} tried to end the program ({name}){at}: return a value instead."
    if error.kind == "recursion":
        return (
            Verdict.ERROR,
            f"{where} calls itself without end{at} (RecursionError): what stops the recursion?",
        )
    return Verdict.ERROR, f"{where} raised {name}{at}: {text or 'no message'}"


def _name_the_idea(
    attempt: Attempt, result: ExerciseResult, failure: Exception, server: ForkServer
) -> ExerciseResult:
    """Add the misconception, where one behaves just as the answer does. Failing to find one changes nothing."""
    if result.verdict not in (Verdict.FAILED, Verdict.ERROR) or _importing(failure):
        return result
    case: Case | None = getattr(failure, "case", None)
    with _worker(attempt, server) as worker:
        try:
            wrong = name_misconception(_load(attempt, worker), attempt.grader, case)
        except (WorkerEnded, StudentError):
            return result
    return result if wrong is None else replace(result, misconception=wrong.name, hints=wrong.hints.tiers())
