"""Before anything runs: from a submission's bytes to the text that may go to a worker, or to a verdict."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from dojo.channel import StudentError, Worker, WorkerEnded
from dojo.course import Course, Exercise
from dojo.grading.grader import Grader
from dojo.grading.student import Allowance, Student
from dojo.regions import stub_text
from dojo.rules.reading import part, violations
from dojo.rules.source import SourceError
from dojo.servers import Order, Server
from dojo.stubs import is_untouched
from dojo.submission import Submission
from dojo.text import clean
from dojo.verdict import ExerciseResult, Verdict


@dataclass(frozen=True)
class Limits:
    """Ceilings of one exercise: seconds of an import, of a call, and of all its code together; MiB."""

    import_seconds: float
    call_seconds: float
    seconds: float
    memory_mib: int


@dataclass(frozen=True)
class Attempt:
    """One grading of one exercise, ready to run. `source` is the text that reaches the worker."""

    exercise: Exercise
    unit: str
    grader: Grader
    rules: tuple[str, ...]
    limits: Limits
    source: str

    @property
    def file(self) -> str:
        """The module's file in a submission."""
        return f"{self.unit}/{self.exercise.module}.py"

    def order(self, server: Server) -> Order:
        """Have a fresh worker with this exercise's limits forked, without waiting for it."""
        seconds = self.limits.import_seconds + self.limits.seconds
        return server.order(memory_mib=self.limits.memory_mib, cpu_seconds=seconds)

    def worker(self, server: Server) -> Worker:
        """A fresh worker with this exercise's limits."""
        return self.order(server).take()

    def load(self, worker: Worker, allowance: Allowance | None = None) -> Student:
        """The student's module, loaded in a worker. Raises StudentError or WorkerEnded.

        allowance: what is left of the exercise's seconds; None for all of them.
        """
        allowance = allowance or Allowance(self.limits.seconds)
        try:
            with allowance.spending(self.limits.import_seconds) as seconds:
                worker.load(self.source, self.exercise.module, seconds)
        except (StudentError, WorkerEnded) as error:
            error.while_importing = True
            raise
        return Student(
            worker,
            self.exercise.function,
            call_seconds=self.limits.call_seconds,
            allowance=allowance,
            grad="autograd" not in self.rules,
            says_dtype=self.grader.says_dtype,
        )


def outcome(exercise: Exercise, unit: str, verdict: Verdict, message: str, **more: Any) -> ExerciseResult:
    """The result of an exercise; only `passed` earns its points."""
    points = exercise.points if verdict is Verdict.PASSED else 0
    return ExerciseResult(exercise.id, unit, verdict, points, exercise.points, message, **more)


def prepare(
    course: Course, grader: Grader, submission: Submission, exercise: Exercise
) -> Attempt | ExerciseResult:
    """An attempt that is worth running, or else the result: nothing there, still the stub, not to be parsed,
    or against the rules."""
    unit = course.unit_of(exercise.id).id
    name = f"{unit}/{exercise.module}.py"

    def refused(verdict: Verdict, message: str, **more: Any) -> ExerciseResult:
        return outcome(exercise, unit, verdict, clean(message), **more)

    if name not in submission.files:
        return refused(Verdict.NOT_STARTED, f"There is no {name} in this submission.")
    content, notebook = submission.files[name], name in submission.places
    try:
        needed = part(content, exercise.function, grader.uses, notebook)
    except SourceError as error:
        return refused(Verdict.ERROR, str(error))
    if not any(getattr(node, "name", None) == exercise.function for node in needed.statements):
        if _is_assigned(exercise.function, needed.statements):
            return refused(Verdict.ERROR, _ASSIGNED.format(exercise.function))
        return refused(Verdict.ERROR, _no_function(exercise, name, submission))
    if is_untouched(needed.definition, _stub(course.reference(exercise.id)), exercise.function):
        if _is_assigned(exercise.function, needed.statements):
            return refused(Verdict.ERROR, _ASSIGNED.format(exercise.function))
        return refused(Verdict.NOT_STARTED, "Still the stub.")
    rules = course.rules(exercise.id)
    played = grader.played_by is not None  # on objects of the student's, which may have gradients
    imports = course.defaults.imports
    broken = violations(content, exercise.function, rules, imports, grader.uses, played, notebook)
    if broken:
        more = f" ({len(broken) - 1} more like it)" if len(broken) > 1 else ""
        kept = "keeps to the rules of the exercise"
        return refused(Verdict.FORBIDDEN, broken[0].message + more, property=kept)
    names = ("import_seconds", "call_seconds", "seconds", "memory_mib")
    limits = Limits(*(course.limit(exercise.id, limit) for limit in names))
    return Attempt(exercise, unit, grader, rules, limits, needed.source)


_ASSIGNED = "`{0}` is made by an assignment: write it as `def {0}(...)`, as the stub has it."


def _is_assigned(name: str, statements: Sequence[ast.stmt]) -> bool:
    """Whether a name is bound by `=`, as in `f = lambda x: x`."""
    targets = [t for s in statements if isinstance(s, ast.Assign) for t in s.targets]
    return any(isinstance(target, ast.Name) and target.id == name for target in targets)


def _no_function(exercise: Exercise, name: str, submission: Submission) -> str:
    if name in submission.places:  # from a notebook
        lost = f"The notebook has no function `{exercise.function}`: keep the name that its cell had."
        return submission.broken.get(f"{name}:{exercise.function}", lost)
    advice = f"keep the name that the stub has (`dojo reset {exercise.id}` helps)."
    return f"{name} has no function `{exercise.function}`: {advice}"


@cache
def _stub(reference: Path) -> str:
    # Made from the solution, because the committed stub may be the very file that the student edits. A stub,
    # which an edition has in its place, yields itself.
    return stub_text(reference.read_text(encoding="utf-8"), reference)
