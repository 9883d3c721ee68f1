"""Naming the mistaken idea: a wrong answer is compared with every misconception on the same inputs."""

from __future__ import annotations

import inspect
from typing import Any

import torch
from torch import Tensor

from dojo.forkserver import StudentError
from dojo.grading import draw as drawing
from dojo.grading.compare import compare
from dojo.grading.asking import arguments
from dojo.grading.cases import Case, question, upstream_size
from dojo.grading.grader import Grader, Wrong
from dojo.grading.museum import wrong_function
from dojo.grading.properties import smallest
from dojo.grading.student import Student
from dojo.grading.values import tensors

CASES = 8  # besides the failing one: enough to tell apart ideas that agree on a small input


def name_misconception(student: Student, grader: Grader, failing: Case | None) -> Wrong | None:
    """The misconception that behaves as the student's answer does on every case looked at, or None."""
    left = list(grader.misconceptions.values())
    cases = ([failing] if failing is not None else []) + _cases(grader)
    for case in cases:
        if not left:
            return None
        behaviour = _student_behaviour(student, grader, case)
        scale = upstream_size(grader, case)
        left = [wrong for wrong in left if _alike(_own_behaviour(grader, wrong, case), behaviour, scale)]
    return left[0] if left else None


def _cases(grader: Grader) -> list[Case]:
    """Cases of many sizes, the same for every student."""
    table = grader.sizes
    picks = [round(i * (len(table) - 1) / (CASES - 1)) for i in range(CASES)]
    extra = smallest(grader)
    cases = []
    for seed, pick in enumerate(picks):
        structure = drawing.Structure(pick, 3 if seed % 2 else 0, 5000 + seed, 0, 0)
        cases.append(question(grader, (structure, extra)))
    return cases


Behaviour = tuple[
    str, Any, Any, Any
]  # "value" or "raised", the value, the arguments afterwards, shared memory


def _student_behaviour(student: Student, grader: Grader, case: Case) -> Behaviour:
    args, kwargs = arguments(case, grader)
    try:
        seen = student.observe(*args, **kwargs)
    except StudentError as error:
        return ("raised", error.type_name, None, None)
    return ("value", seen.value, seen.after, bool(seen.shares))


def _own_behaviour(grader: Grader, wrong: Wrong, case: Case) -> Behaviour:
    args, kwargs = arguments(case, grader)
    function = wrong_function(grader, wrong)
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)  # as the worker does for float64 inputs
    try:
        with torch.no_grad():
            value = function(*args, **kwargs)
    except Exception as error:
        return ("raised", type(error).__name__, None, None)
    finally:
        torch.set_default_dtype(before)
    after = [*args, *kwargs.values()]
    return ("value", value, after, _shares(value, after))


def _shares(value: Any, arguments: list[Any]) -> bool:
    mine = [t.untyped_storage().data_ptr() for t in tensors(value) if t.numel()]
    theirs = {t.untyped_storage().data_ptr() for t in tensors(arguments) if t.numel()}
    return any(pointer in theirs for pointer in mine) or len(set(mine)) < len(mine)


def _alike(ours: Behaviour, theirs: Behaviour, scale: float) -> bool:
    if ours[0] != theirs[0]:
        return False
    if ours[0] == "raised":
        return bool(ours[1] == theirs[1])
    return _equal(ours[1], theirs[1], scale) and _equal(ours[2], theirs[2], scale) and ours[3] == theirs[3]


def _equal(ours: Any, theirs: Any, scale: float) -> bool:
    if isinstance(ours, Tensor) and isinstance(theirs, Tensor) and ours.is_floating_point():
        # NaN or infinity in the same places is the same slip.
        if ours.shape == theirs.shape and not bool(ours.isfinite().all()):
            return torch.equal(ours.isfinite(), theirs.isfinite()) and torch.equal(
                ours.isnan(), theirs.isnan()
            )
    if type(ours) is float and type(theirs) is float and ours != ours:
        return theirs != theirs
    try:
        return compare(ours, theirs, scale) is None
    except (KeyError, TypeError):
        return bool(inspect.isfunction(ours) and inspect.isfunction(theirs)) or ours is theirs
