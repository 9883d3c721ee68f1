"""Trivial answers: what knows nothing of an exercise, and which of its properties hold for it all the same.

Zeros change no input, give the same answer twice, are linear in everything, and their rows sum to zero. A
property that such an answer has says little about a student's, so it earns nothing (see `dojo/credit.py`).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any

import torch
from torch import Tensor

from dojo.grading.asking import arguments
from dojo.grading.cases import Case, GraderBroken, Parts, case_with_answer
from dojo.grading.draw import Structure
from dojo.grading.grader import Grader
from dojo.grading.properties import Property, properties, smallest
from dojo.grading.student import Observation
from dojo.grading.universal import RULES
from dojo.grading.values import clone

CASES = 4  # a property holds for an answer that has it on all of these
INPUTS = 4  # so many of the inputs are tried as answers

Answer = Callable[[Any, list[Any]], Any]  # from a right answer, None where there is none, and the arguments


@lru_cache(maxsize=4096)
def tells(grader: Grader, rules: tuple[str, ...], number: int) -> bool:
    """Whether no trivial answer has all properties of a group of `grouped`, which is given by its place.

    The right answer tells by itself. So does keeping to the rules where the watched answer is also compared
    with the right one, and nowhere else.
    """
    group = grouped(properties(grader, rules))[number]
    single = grader.forward is not None or grader.oracle is not None
    if group[0].text is RULES or (single and number == 0):
        return single
    extra = smallest(grader)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an answer that makes no sense may well divide by zero
        return not any(all(_holds(p, grader, answer, extra) for p in group) for answer in _answers(grader))


def grouped(todo: Sequence[Property]) -> list[list[Property]]:
    """The properties one by one, those that are not shown together: they count as one, so that points do
    not tell how many there are."""
    unseen = [prop for prop in todo if prop.hidden]
    return [[prop] for prop in todo if not prop.hidden] + ([unseen] if unseen else [])


def _answers(grader: Grader) -> list[Answer]:
    inputs = [_input(number) for number in range(min(INPUTS, len(grader.parameters)))]
    return [lambda right, given: None, _constant(0), _constant(1), _constant(None), *inputs]


def _constant(number: float | None) -> Answer:
    """The form of a right answer with this number everywhere, None for equal shares of one in each row."""
    return lambda right, given: _filled(right, number)


def _input(number: int) -> Answer:
    return lambda right, given: clone(given[number]) if number < len(given) else None


def _filled(form: Any, number: float | None) -> Any:
    if isinstance(form, Tensor):
        share = 1 / max(1, form.shape[-1]) if form.dim() else 1.0
        return torch.full_like(form, share if number is None else number)
    if isinstance(form, (list, tuple)):
        return type(form)(_filled(part, number) for part in form)
    if isinstance(form, dict):
        return {key: _filled(part, number) for key, part in form.items()}
    return type(form)(number or 0) if isinstance(form, (bool, int, float)) else None


def _holds(prop: Property, grader: Grader, answer: Answer, extra: dict[str, Any]) -> bool:
    """Whether a property holds for a trivial answer, on a few cases of different sizes and styles."""
    tried = 0
    for number in range(CASES):
        parts = (Structure(number * 3 % len(grader.sizes), style=number % 4, seed=700 + number), extra)
        try:
            form = _right_form(grader, parts)
            student: Any = Trivial(partial(answer, form))
            stands_in = student.played(grader)
            for check in (prop.check, *prop.also):
                check(student, stands_in, parts)
        except GraderBroken:
            continue  # no such case could be drawn
        except Exception:
            return False  # whatever is wrong with it
        tried += 1
    return tried > 0


def _right_form(grader: Grader, parts: Parts) -> Any:
    """A right answer to a case, for its form. Where there are many, the reference's; None if it has none."""
    case, expected = case_with_answer(grader, parts)
    if expected is not None or grader.reference is None or grader.played_by is not None:
        return expected
    return _own(grader, case)


def _own(grader: Grader, case: Case) -> Any:
    args, kwargs = arguments(case, grader)
    try:
        return grader.reference(*args, **kwargs)  # type: ignore[misc]
    except Exception:
        return None  # an edition has only the stub


class Trivial:
    """In the place of a `Student`: every call of the target has the answer, every other call has none."""

    grad = False

    def __init__(self, answer: Callable[[list[Any]], Any]) -> None:
        self._answer = answer

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._answer([*args, *kwargs.values()])

    def __getattr__(self, name: str) -> Callable[..., None]:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *args, **kwargs: None

    def observe(self, *args: Any, watch: Any = None, **kwargs: Any) -> Observation:
        """A call that leaves its arguments as they are."""
        return Observation(self(*args, **kwargs), [*args, *kwargs.values()], [])

    @contextmanager
    def watched(self, watch: Any) -> Iterator[list[Any]]:
        """Nothing is seen."""
        yield []

    def printed(self) -> tuple[str, int]:
        """Nothing."""
        return "", 0

    def played(self, grader: Grader) -> Grader:
        """The grader with a play that has the answer, where there is one."""
        if grader.played_by is None:
            return grader
        return replace(grader, played_by=lambda student, **given: self._answer(list(given.values())))
