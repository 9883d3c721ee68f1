"""Putting a case to the student, and what it means for an answer to fall short."""

from __future__ import annotations

import inspect
from typing import Any

from torch import Tensor

from dojo.channel import StudentError
from dojo.grading.cases import Case, upstream_size
from dojo.grading.compare import compare, compare_parts
from dojo.grading.grader import Grader
from dojo.grading.mismatch import Mismatch
from dojo.grading.student import Observation, Student
from dojo.grading.values import clone, identical


class Falsified(Exception):
    """A property does not hold for a case.

    text:       the broken property in plain words, where it is a narrower one than the property that was run.
    broke_rule: a forbidden way rather than a wrong answer.
    """

    def __init__(
        self, mismatch: Mismatch, case: Case, *, text: str | None = None, broke_rule: bool = False
    ) -> None:
        self.mismatch, self.case, self.text, self.broke_rule = mismatch, case, text, broke_rule
        super().__init__(mismatch.message)


def arguments(case: Case, grader: Grader) -> tuple[list[Any], dict[str, Any]]:
    """A case as fresh arguments: required ones by position, those with a default by name."""
    args, kwargs = [], {}
    for name, value in case.given.items():
        if grader.parameters[name].default is inspect.Parameter.empty:
            args.append(clone(value))
        else:
            kwargs[name] = clone(value)
    return args, kwargs


def ask(student: Student, case: Case, grader: Grader) -> Any:
    """The student's answer to a case. An exception of theirs remembers the case."""
    if grader.played_by is not None:
        return _play(student, case, grader)
    args, kwargs = arguments(case, grader)
    try:
        return student(*args, **kwargs)
    except StudentError as error:
        error.case = case
        raise


def observe(
    student: Student, case: Case, grader: Grader, *, watch: dict[str, Any] | None = None
) -> Observation:
    """The same, with what the call did to its arguments and, with `watch`, what the watches saw.

    A play has no arguments to look at, and what the watches saw is a list: one for each of its calls.
    """
    if grader.played_by is not None:
        if watch is None:
            return Observation(_play(student, case, grader), [], [])
        with student.watched({**watch, "profile": False}) as seen:
            return Observation(_play(student, case, grader), [], [], seen)
    args, kwargs = arguments(case, grader)
    try:
        return student.observe(*args, watch=watch, **kwargs)
    except StudentError as error:
        error.case = case
        raise


# What Python raises where an answer is not what a play expects of it: no such attribute, no number, ...
FORM_ERRORS = (TypeError, AttributeError, ValueError, LookupError, ArithmeticError, RuntimeError)


def _play(student: Student, case: Case, grader: Grader) -> Any:
    """Play a case. Where the student's objects do not answer as objects of that class do, it is Falsified."""
    assert grader.played_by is not None
    try:
        return grader.played_by(student, **clone(case.given))
    except StudentError as error:
        error.case = case
        raise
    except FORM_ERRORS as error:
        message = f"Your code does not do what the task asks for: {str(error)[:120]}."
        raise Falsified(Mismatch("kind", message, None, None), case) from error


def require_same(
    expected: Any,
    answer: Any,
    case: Case,
    grader: Grader,
    scale: float | None = None,
    loose: float | None = None,
    text: str | None = None,
) -> None:
    """Raise Falsified unless the answer is the expected one."""
    size = upstream_size(grader, case) if scale is None else scale
    mismatch = compare_parts(expected, answer, grader.parts, size, grader.loose if loose is None else loose)
    if mismatch:
        raise Falsified(mismatch, case, text=text)


def require_form(answer: Any, case: Case) -> None:
    """Raise Falsified unless an answer is a finite tensor, or a tuple, list or dict of such answers."""
    parts = list(answer.values()) if isinstance(answer, dict) else answer
    if isinstance(parts, (list, tuple)) and parts:
        for part in parts:
            require_form(part, case)
        return
    wanted = parts if isinstance(parts, Tensor) and parts.is_floating_point() else Tensor()
    mismatch = compare(wanted, parts)  # with itself: only NaN and infinity differ
    if mismatch:
        raise Falsified(mismatch, case)


def require_like(wanted: Any, answer: Any, case: Case) -> None:
    """Raise Falsified unless an answer has the kind, shapes and dtypes of another, so that the two can be
    added up. A function may answer in another form each time it is called."""
    mismatch = compare(wanted, answer, float("inf"))
    if mismatch and mismatch.kind != "values":
        raise Falsified(mismatch, case)


def same(first: Any, again: Any, scale: float) -> bool:
    """Whether two answers are equal to rounding, whatever they are made of."""
    try:
        return compare(first, again, scale) is None
    except (KeyError, TypeError):
        return identical(first, again)
