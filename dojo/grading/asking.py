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
    args, kwargs = arguments(case, grader)
    try:
        return student(*args, **kwargs)
    except StudentError as error:
        error.case = case
        raise


def observe(
    student: Student, case: Case, grader: Grader, *, watch: dict[str, Any] | None = None
) -> Observation:
    """The same, with what the call did to its arguments and, with `watch`, what the watches saw."""
    args, kwargs = arguments(case, grader)
    try:
        return student.observe(*args, watch=watch, **kwargs)
    except StudentError as error:
        error.case = case
        raise


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
    """Raise Falsified unless an answer is a finite tensor, or a tuple or list of some."""
    for part in answer if isinstance(answer, (list, tuple)) and answer else [answer]:
        wanted = part if isinstance(part, Tensor) and part.is_floating_point() else Tensor()
        mismatch = compare(wanted, part)  # with itself: only NaN and infinity differ
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
