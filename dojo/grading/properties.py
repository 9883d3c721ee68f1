"""The properties of an exercise, and how one is run: hypothesis draws and shrinks, the worker answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import hypothesis

from dojo.channel import StudentError, WorkerEnded
from dojo.forkserver import ServerDied
from dojo.grading import universal
from dojo.grading.asking import FORM_ERRORS, Falsified, ask, require_like
from dojo.grading.cases import Case, Parts, case_with_answer, drawn_domains, strategy
from dojo.grading.draw import Structure
from dojo.grading.grader import Grader, Statement
from dojo.grading.mismatch import Mismatch, describe
from dojo.grading.seeded import try_out
from dojo.grading.student import Student
from dojo.grading.values import clone, names_of, tensors
from dojo.hidden import unshown_fault

Check = Callable[[Student, Grader, Parts], None]
SHRINK_SECONDS = 2.0  # after the first failure; a slow answer must not keep its student waiting


@dataclass(frozen=True)
class Property:
    """One true statement about every right answer, with the check that tries to refute it on drawn cases.

    `also` are narrower statements, checked in the same worker afterwards on a small case each;
    where one fails, the report carries its words. `hidden`: nothing may be told of it (see `dojo/hidden.py`).
    """

    name: str
    text: str
    examples: int
    check: Check
    also: tuple[Check, ...] = ()
    hidden: bool = False


def properties(grader: Grader, rules: tuple[str, ...]) -> list[Property]:
    """The properties of an exercise, most telling first, those that are not shown last."""
    found: list[Property] = []
    repeatable = (universal.same_answer_twice,) if grader.pure and grader.parameters else ()
    single = grader.forward is not None or grader.oracle is not None
    if single:
        text = "equals autograd's gradient" if grader.forward else "equals the right answer"
        plain = grader.played_by is None  # an object has its dtype from elsewhere
        float32 = (universal.keeps_float32,) if plain and _has_floats(grader) else ()
        single_sizes = (universal.right_for_sizes_of_one,) if grader.singles else ()
        also = (*single_sizes, *float32, *repeatable)
        found.append(Property("right_answer", text, grader.examples, universal.equals_reference, also))
    found += [_property(s) for s in grader.statements if not s.hidden]
    if grader.upstream:
        steps = (universal.adjoint_identity,) if grader.forward is not None else ()
        found.append(Property("linear", universal.LINEAR, 3, universal.linear_in_upstream, steps))
    if grader.differentiable:
        found.append(Property("differentiable", universal.DIFFERENTIABLE, 2, universal.lets_autograd_through))
    if not single and repeatable:
        found.append(Property("repeatable", universal.REPEATABLE, 2, universal.same_answer_twice))
    if rules and grader.parameters:
        check = partial(universal.keeps_the_rules, rules=rules)
        found.append(Property("rules", universal.RULES, 1, check, (partial(check, larger=True),)))
    # Last, so that an answer that falls short of what is shown hears of that.
    return found + [_property(s) for s in grader.statements if s.hidden]


_NARROWER: dict[Any, str] = {
    universal.keeps_float32: universal.SINGLE,
    universal.same_answer_twice: universal.REPEATABLE,
    universal.right_for_sizes_of_one: universal.SIZE_ONE,
    universal.adjoint_identity: universal.ADJOINT,
    universal.keeps_the_rules: universal.LARGER,
}


def narrower(check: Check) -> str:
    """The words of a check that a property has in `also`."""
    return _NARROWER[check.func if isinstance(check, partial) else check]


def _property(statement: Statement) -> Property:
    check = partial(_stated, statement)
    return Property(statement.name, statement.text, statement.examples, check, hidden=statement.hidden)


def run(prop: Property, grader: Grader, student: Student, seed: int) -> int:
    """Check a property on its drawn cases; how many were checked.

    Raises Falsified or StudentError for the smallest failing case that was found, WorkerEnded at once.
    """
    drawn, salt = _Drawn(prop, grader, student), seed % (1 << 20)
    # Drawing at random can miss a kind of case, and then a wrong answer passes.
    for number in range(len(grader.sizes)) if grader.every and prop.name == "right_answer" else ():
        drawn.check((Structure(number, seed=number, salt=salt), smallest(grader)))

    try_out(drawn.check, strategy(grader, salt), seed, prop.examples)
    return len(drawn.passed) + _check_also(prop, grader, student, salt)


class _Drawn:
    """The cases that a property has been checked on. Each is put to the student once.

    Seen cases are answered from memory: hypothesis replays its smallest one, and an answer that changes from
    call to call must not confuse it ("gives the same answer for the same input" is the property for that).
    """

    def __init__(self, prop: Property, grader: Grader, student: Student) -> None:
        self.prop, self.grader, self.student = prop, grader, student
        self.passed: set[str] = set()
        self.failures: dict[str, Exception] = {}
        self.give_up = float("inf")

    def check(self, parts: Parts) -> None:
        """Raise what the check raises for these parts. After the first failure only for a while."""
        key = repr(parts)
        if key not in self.failures and key not in self.passed and time.monotonic() < self.give_up:
            started = time.monotonic()
            try:
                self.prop.check(self.student, self.grader, parts)
                self.passed.add(key)
            except Exception as failure:
                self.failures[key] = failure
                # After its end a worker has nothing more to say, a broken rule has no smallest case, and a
                # check that is slow itself would not find one.
                final = isinstance(failure, WorkerEnded) or getattr(failure, "broke_rule", False)
                final = final or time.monotonic() - started > SHRINK_SECONDS
                more = 0 if final else SHRINK_SECONDS
                self.give_up = min(self.give_up, time.monotonic() + more)
        if key in self.failures:
            _raise(self.failures[key])


def _check_also(prop: Property, grader: Grader, student: Student, salt: int) -> int:
    """Check the narrower statements on a small case each; how many were checked."""
    for number, check in enumerate(prop.also):
        check(student, grader, (Structure(number, style=3, seed=number, salt=salt), smallest(grader)))
    return len(prop.also)


def _raise(failure: Exception) -> None:
    # One line for each kind, because hypothesis takes failures of different lines for different bugs and
    # so will not shrink a wrong value into a wrong shape.
    failure.__traceback__ = None
    kind = failure.mismatch.kind if isinstance(failure, Falsified) else "raised"
    if kind == "values":
        raise failure
    if kind == "shape":
        raise failure
    if kind == "raised":
        raise failure
    raise failure


def _stated(statement: Statement, student: Student, grader: Grader, parts: Parts) -> None:
    """Check a statement of a grader file on one case."""
    case, expected = case_with_answer(grader, parts)
    names = names_of(statement.holds)
    first: Any = student
    if names[0] != "student":
        first = ask(student, case, grader)
        _require_form_of(expected, first, case)
    values = {name: clone(value) for name, value in case.all.items() if name in names[1:]}
    try:
        holds = statement.holds(first, **values)
    except (StudentError, WorkerEnded, ServerDied):
        raise
    except FORM_ERRORS as error:
        what = "Your answer" if first is student else f"The answer is {describe(first)}; it"
        message = f"{what} is not of the form that is asked for ({str(error)[:80]})."
        raise Falsified(Mismatch("kind", message, None, None if first is student else first), case) from None
    except Exception as error:
        raise (unshown_fault(error) if statement.hidden else error) from None
    if not holds:
        answer = first
        if first is student:
            answer = expected = None  # it made calls of its own, and which one failed only it knows
            case = case if len(names) > 1 else Case({})
        message = f"It is not true that your answer {statement.text}."
        raise Falsified(Mismatch("values", message, expected, answer), case)


def _require_form_of(expected: Any, answer: Any, case: Any) -> None:
    """Kind, shape, dtype and finiteness only, so that what a statement computes with the answer is safe."""
    if expected is not None:
        require_like(expected, answer, case)


def _has_floats(grader: Grader) -> bool:
    case, expected = case_with_answer(grader, (Structure(0), smallest(grader)))
    return all(
        any(tensor.is_floating_point() for tensor in tensors(value))
        for value in (list(case.given.values()), expected)
    )


def smallest(grader: Grader) -> dict[str, Any]:
    """The simplest value of each domain that is a hypothesis strategy."""
    settings = hypothesis.settings(database=None)
    return {
        name: hypothesis.find(domain, lambda value: True, settings=settings)
        for name, domain in drawn_domains(grader).items()
    }
