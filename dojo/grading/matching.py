"""Naming the mistaken idea: a wrong answer is compared with every misconception on the same inputs."""

from __future__ import annotations

import warnings
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor

from dojo.channel import StudentError
from dojo.grading import draw as drawing
from dojo.grading.asking import Falsified, arguments, observe
from dojo.grading.cases import Case, question, upstream_size
from dojo.grading.compare import compare
from dojo.grading.grader import Grader, Wrong
from dojo.grading.museum import LocalStudent, wrong_function
from dojo.grading.properties import smallest
from dojo.grading.student import Student
from dojo.grading.values import clone, frozen, mapped, tensors
from dojo.worker.overlap import any_overlap

CASES = 8  # besides the failing one: enough to tell apart ideas that agree on a small input
# And so many more, but no more than the grader has examples, before an idea is named. By chance all eight may
# have the same flag, and an idea that is about the other value then does what is right on all of them.
MORE = 12


def name_misconception(student: Student, grader: Grader, failing: Case | None) -> Wrong | None:
    """The misconception that behaves as the student's answer does on every case looked at, or None."""
    cases = ([failing] if failing is not None else []) + _cases(grader)
    left = list(grader.misconceptions.values())
    sharing = left  # those of `left` that share memory with the same arguments, too
    local = {} if grader.played_by is None else {w.name: LocalStudent(grader, w) for w in left}
    for case in cases:
        if not left:
            return None
        theirs = _student_behaviour(student, grader, case)
        ours = {}
        for wrong in left:
            stands_in = local.get(wrong.name)
            ours[wrong.name] = _remembered(grader, wrong, case, stands_in, student.grad)
        scale = upstream_size(grader, case)
        left = [wrong for wrong in left if _alike(ours[wrong.name], theirs, scale, grader.loose)]
        sharing = [wrong for wrong in sharing if wrong in left and ours[wrong.name].shares == theirs.shares]
    return next(iter(sharing or left), None)


def same_behaviour(
    first: Student, second: Student, grader: Grader, case: Case, *, loose: float, memory: bool
) -> bool:
    """Whether two answers do the same with a case: value, arguments afterwards, or exception.

    loose:  how many times the usual tolerance two values may differ.
    memory: whether they have to share memory with their arguments alike, too.
    """
    a, b = (_student_behaviour(student, grader, case) for student in (first, second))
    share_alike = not memory or a.shares == b.shares or grader.may_alias or not grader.pure
    return share_alike and _alike(a, b, upstream_size(grader, case), loose * grader.loose)


def _cases(grader: Grader) -> list[Case]:
    """Cases of many sizes, the same for every student."""
    table = grader.sizes
    picks = [round(i * (len(table) - 1) / (CASES - 1)) for i in range(CASES)]
    if grader.every:
        picks = list(range(len(table)))
    picks += [(7 * i + 3) % len(table) for i in range(min(MORE, grader.examples))]
    extra = smallest(grader)
    cases = []
    for seed, pick in enumerate(picks):
        structure = drawing.Structure(pick, style=3 if seed % 2 else 0, seed=5000 + seed)
        cases.append(question(grader, (structure, extra)))
    return cases


@dataclass(frozen=True)
class Behaviour:
    """What a call did: the name of what it raised, or its value, its arguments afterwards, and whether the
    value shares memory with one of them."""

    raised: str | None = None
    value: Any = None
    after: Any = None
    shares: bool = False


def _student_behaviour(student: Student, grader: Grader, case: Case) -> Behaviour:
    try:
        seen = observe(student, case, grader)
    except StudentError as error:
        return Behaviour(raised=error.type_name)
    except Falsified as error:
        return Behaviour(raised=type(error.__cause__).__name__)
    return Behaviour(None, seen.value, seen.after, bool(seen.shares))


_known: OrderedDict[Any, Behaviour] = OrderedDict()  # what misconceptions did with the cases asked for last
KNOWN = 2_000  # of some kilobytes each


def _remembered(
    grader: Grader, wrong: Wrong, case: Case, stands_in: LocalStudent | None, grad: bool
) -> Behaviour:
    """What a misconception does, found out once: the answers of a class fail on the same few cases."""
    given = frozen(case.given) if stands_in is None else None  # a play may go on where the last one ended
    if given is None:
        return _own_behaviour(grader, wrong, case, stands_in, grad)
    key = (grader, wrong.name, grad, given)
    if key not in _known:
        _known[key] = _own_behaviour(grader, wrong, case, stands_in, grad)
    _known.move_to_end(key)
    while len(_known) > KNOWN:
        _known.popitem(last=False)
    return _known[key]


def _own_behaviour(
    grader: Grader, wrong: Wrong, case: Case, stands_in: LocalStudent | None, grad: bool
) -> Behaviour:
    """What a misconception does. `stands_in` is for a play; `grad`: whether autograd records it."""
    function: Callable[..., Any]
    if stands_in is None or grader.played_by is None:
        function, (args, kwargs) = wrong_function(grader, wrong), arguments(case, grader)
    else:
        function, args, kwargs = partial(grader.played_by, stands_in), [], clone(case.given)
    before = torch.get_default_dtype()
    own = grader.says_dtype and not any(t.is_floating_point() for t in tensors(list(case.given.values())))
    torch.set_default_dtype(torch.float32 if own else torch.float64)  # as in the worker
    try:
        with torch.set_grad_enabled(grad), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a wrong answer may well divide by zero
            value = function(*args, **kwargs)
            value = mapped(value, Tensor.detach)
    except Exception as error:
        return Behaviour(raised=type(error).__name__)
    finally:
        torch.set_default_dtype(before)
    if stands_in is not None:
        return Behaviour(None, value, [], False)
    after = [*args, *kwargs.values()]
    return Behaviour(None, value, after, _shares(value, after))


def _shares(value: Any, arguments: list[Any]) -> bool:
    mine = [t.untyped_storage().data_ptr() for t in tensors(value) if t.numel()]
    theirs = {t.untyped_storage().data_ptr() for t in tensors(arguments) if t.numel()}
    return any(pointer in theirs for pointer in mine) or any_overlap(tensors(value))


def _alike(ours: Behaviour, theirs: Behaviour, scale: float, loose: float) -> bool:
    if ours.raised or theirs.raised:
        # In an edition a slip that is played may meet a stub; that a student's does, too, says nothing.
        return ours.raised == theirs.raised != "NotImplementedError"
    return _equal(ours.value, theirs.value, scale, loose) and _equal(ours.after, theirs.after, scale, loose)


def _equal(ours: Any, theirs: Any, scale: float, loose: float) -> bool:
    if isinstance(ours, (list, tuple)) and isinstance(theirs, (list, tuple)):
        pairs = zip(ours, theirs, strict=False)
        return len(ours) == len(theirs) and all(_equal(a, b, scale, loose) for a, b in pairs)
    if isinstance(ours, dict) and isinstance(theirs, dict):
        known = ours.keys() == theirs.keys()
        return known and all(_equal(ours[key], theirs[key], scale, loose) for key in ours)
    if isinstance(ours, Tensor) and ours.is_floating_point() and not bool(ours.isfinite().all()):
        return isinstance(theirs, Tensor) and _not_finite_alike(ours, theirs)
    if callable(ours):
        return ours is theirs  # a function that was an argument
    if isinstance(ours, float) and ours != ours:
        return isinstance(theirs, float) and theirs != theirs
    try:
        return compare(ours, theirs, scale, loose=loose) is None
    except (KeyError, TypeError):
        return ours is theirs  # something odd


def _not_finite_alike(ours: Tensor, theirs: Tensor) -> bool:
    """NaN and infinity in the same places are the same slip."""
    if ours.shape != theirs.shape or not theirs.is_floating_point():
        return False
    return torch.equal(ours.isfinite(), theirs.isfinite()) and torch.equal(ours.isnan(), theirs.isnan())
