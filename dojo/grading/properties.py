"""The universal properties: what is true of every right answer, written once, and how a property is run."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import hypothesis
import torch
from torch import Tensor

from dojo.forkserver import StudentError
from dojo.grading import draw as drawing
from dojo.grading.compare import Mismatch, compare, compare_parts, describe
from dojo.grading.grader import Case, Grader, Statement, clone
from dojo.grading.student import Student
from dojo.rules.seen import broken_rule

ENLARGED = 4  # factor on the sizes of a watched call, for the work budget
SHRINK_SECONDS = 2.0  # after the first failure; a slow answer must not keep its student waiting


class Falsified(Exception):
    """A property does not hold for a case. `broke_rule` marks a forbidden way rather than a wrong answer."""

    def __init__(self, mismatch: Mismatch, case: Case, *, broke_rule: bool = False) -> None:
        self.mismatch, self.case, self.broke_rule = mismatch, case, broke_rule
        super().__init__(mismatch.message)


@dataclass(frozen=True)
class Property:
    """One true statement about every right answer, with the check that tries to refute it on one case."""

    name: str
    text: str
    examples: int
    check: Callable[[Student, Grader, Any], None]


def properties(grader: Grader, rules: tuple[str, ...]) -> list[Property]:
    """The properties of an exercise, most telling first."""
    has_reference = grader.forward is not None or grader.oracle is not None
    found: list[Property] = []
    if has_reference:
        text = "equals autograd's gradient" if grader.forward else "equals the right answer"
        found.append(Property("right_answer", text, grader.examples, equals_reference))
    found += [Property(s.name, s.text, s.examples, _stated(s)) for s in grader.statements]
    if has_reference and _has_floats(grader):
        found.append(Property("dtype", "answers float32 with float32", 3, keeps_float32))
    if grader.upstream:
        found.append(Property("linear", "is linear in the upstream gradient", 4, linear_in_upstream))
    if grader.forward is not None:
        found.append(Property("adjoint", "agrees with small steps of the forward pass", 3, adjoint_identity))
    if grader.pure and grader.parameters():
        found.append(
            Property("pure", "changes no input, and returns memory of its own", 4, leaves_inputs_alone)
        )
        found.append(Property("repeatable", "gives the same answer for the same input", 3, same_answer_twice))
    if rules and grader.parameters():
        found.append(Property("rules", "keeps to the rules of the exercise", 4, _keeps(rules, grader)))
    return found


def run(prop: Property, grader: Grader, student: Student, seed: int) -> int:
    """Check a property on its drawn cases; how many were checked.

    Raises Falsified or StudentError for the smallest failing case that was found, WorkerEnded at once.
    """
    passed: set[Any] = set()
    failures: dict[Any, Exception] = {}
    give_up = float("inf")

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=prop.examples,
        database=None,
        deadline=None,
        phases=(hypothesis.Phase.generate, hypothesis.Phase.shrink),
        suppress_health_check=list(hypothesis.HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
        verbosity=hypothesis.Verbosity.quiet,
    )
    @hypothesis.given(grader.strategy())
    def holds(parts: Any) -> None:
        nonlocal give_up
        key = repr(parts)
        # Seen cases are answered from memory: hypothesis replays its smallest one, and an answer that
        # changes from call to call must not confuse it ("repeatable" is the property for that).
        if key not in failures and key not in passed and time.monotonic() < give_up:
            try:
                prop.check(student, grader, parts)
                passed.add(key)
            except Exception as failure:
                failures[key] = failure
                give_up = min(give_up, time.monotonic() + SHRINK_SECONDS)
        if key in failures:
            _raise(failures[key])

    holds()
    return len(passed)


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


def ask(student: Student, case: Case, grader: Grader) -> Any:
    """The student's answer to a case: required arguments by position, defaulted ones by name."""
    args, kwargs = arguments(case, grader)
    try:
        return student(*args, **kwargs)
    except StudentError as error:
        error.case = case
        raise


def arguments(case: Case, grader: Grader) -> tuple[list[Any], dict[str, Any]]:
    """A case as positional and keyword arguments."""
    parameters = grader.parameters()
    values = case.copy()
    args = [value for name, value in values.items() if parameters[name].default is inspect.Parameter.empty]
    kwargs = {
        name: value
        for name, value in values.items()
        if parameters[name].default is not inspect.Parameter.empty
    }
    return args, kwargs


# -- the universal properties ---------------------------------------------------------------------------


def equals_reference(student: Student, grader: Grader, parts: Any) -> None:
    """Kind, shape, dtype, finiteness and values are those of the reference."""
    case, expected = grader.case(parts)
    _require_same(expected, ask(student, case, grader), case, grader)


def keeps_float32(student: Student, grader: Grader, parts: Any) -> None:
    """The same in float32, at float32's tolerance."""
    case, expected = grader.case(parts, torch.float32)
    _require_same(expected, ask(student, case, grader), case, grader)


def linear_in_upstream(student: Student, grader: Grader, parts: Any) -> None:
    """f(a g1 + b g2) = a f(g1) + b f(g2): this needs no reference at all."""
    case, expected = grader.case(parts)
    other, _ = grader.case(
        (
            drawing.Structure(parts[0].sizes, 3, parts[0].seed + 10_000, parts[0].layout, parts[0].scale),
            parts[1],
        )
    )
    second = Case({**case.given, **{name: other.given[name] for name in grader.upstream}}, case.hidden)
    mixed = {name: 2.0 * case.given[name] - 3.0 * second.given[name] for name in grader.upstream}
    third = Case({**case.given, **mixed}, case.hidden)
    answers = [ask(student, c, grader) for c in (case, second, third)]
    for answer in answers:
        _require_same_form(expected, answer, case)
    combined = _combine(2.0, answers[0], -3.0, answers[1])
    scale = 6 * max(grader.upstream_size(case), grader.upstream_size(second))
    _require_same(combined, answers[2], third, grader, scale=scale, loose=10 * grader.loose)


def adjoint_identity(student: Student, grader: Grader, parts: Any) -> None:
    """The upstream gradient times a small step of the outputs is the answer times that step of the inputs.

    A central difference of the forward pass, so autograd has no part in it. Its error is about 1e-9 of the
    products' size (step 1e-5 relative to each input), and a wrong gradient misses by its own error.
    """
    case, expected = grader.case(parts)
    answer = ask(student, case, grader)
    _require_same_form(expected, answer, case)
    gradients = [answer] if isinstance(answer, Tensor) else list(answer)
    generator = torch.Generator().manual_seed(parts[0].seed)
    steps = [
        case.all[name] * (0.5 + torch.rand(case.all[name].shape, generator=generator, dtype=torch.float64))
        for name in grader.wrt
    ]
    ahead, behind = (_outputs(grader, case, sign * 1e-5, steps) for sign in (1, -1))
    upstream = [case.all[name] for name in grader.upstream]
    products = [g * (a - b) / 2e-5 for g, a, b in zip(upstream, ahead, behind, strict=True)]
    mine = [g * s for g, s in zip(gradients, steps, strict=True)]
    outwards, inwards = (sum(float(p.sum()) for p in parts) for parts in (products, mine))
    size = sum(float(p.abs().sum()) for p in products + mine)
    if abs(outwards - inwards) > 1e-6 * size + 1e-9 * grader.upstream_size(case):
        raise Falsified(
            Mismatch(
                "values", "The answer disagrees with a small step of the forward pass.", expected, answer
            ),
            case,
        )


def leaves_inputs_alone(student: Student, grader: Grader, parts: Any) -> None:
    """Inputs are bit for bit what they were, and the answer is not a view of one of them."""
    case, expected = grader.case(parts)
    args, kwargs = arguments(case, grader)
    seen = student.observe(*args, **kwargs)
    names = list(case.given)
    for name, before, after in zip(names, case.given.values(), seen.after, strict=True):
        if not identical(before, after):
            message = (
                f"Your function changes its input `{name}`: what the caller holds is different afterwards."
            )
            raise Falsified(Mismatch("purity", message, before, after, name), case)
    shared = [names[s] if type(s) is int and s < len(names) else str(s) for s in seen.shares]
    if shared and not grader.may_alias:
        whom = (
            "two parts of the answer share"
            if shared == ["itself"]
            else f"the answer shares its memory with `{shared[0]}`; they share"
        )
        message = (
            f"The numbers may be right, but {whom} one piece of memory: changing one later changes the other."
        )
        raise Falsified(Mismatch("purity", message, expected, seen.value), case)


def same_answer_twice(student: Student, grader: Grader, parts: Any) -> None:
    """A call in between changes nothing: no memory is kept from call to call."""
    case, _ = grader.case(parts)
    other, _ = grader.case((drawing.Structure(parts[0].sizes, 3, parts[0].seed + 10_000, 0, 0), parts[1]))
    first = ask(student, case, grader)
    ask(student, other, grader)
    again = ask(student, case, grader)
    if not _same(first, again, grader.upstream_size(case)):
        message = "The same input got two different answers: something is kept from one call to the next, or drawn at random."
        raise Falsified(Mismatch("repeat", message, first, again), case)


def _keeps(rules: tuple[str, ...], grader: Grader) -> Callable[[Student, Grader, Any], None]:
    def check(student: Student, grader: Grader, parts: Any) -> None:
        """Both watches see a few calls, every other one of a size at which a short cut is expensive."""
        case, _ = grader.case(parts, enlarge=1 if parts[0].seed % 2 else ENLARGED)
        args, kwargs = arguments(case, grader)
        seen = student.observe(*args, watch=True, **kwargs)
        if isinstance(seen.value, Tensor) and getattr(seen.value, "had_graph", False) and "autograd" in rules:
            message = "The answer carries an autograd graph, and this exercise is to be done by hand."
            raise Falsified(Mismatch("rules", message, None, None), case, broke_rule=True)
        watched = tuple(r for r in rules if r != "finite_differences" or grader.budget)
        message_or_none = broken_rule(
            seen.seen, watched, _entries(seen.value) + _entries(list(case.given.values()))
        )
        if message_or_none:
            raise Falsified(Mismatch("rules", message_or_none, None, None), case, broke_rule=True)

    return check


def _stated(statement: Statement) -> Callable[[Student, Grader, Any], None]:
    names = list(inspect.signature(statement.holds).parameters)

    def check(student: Student, grader: Grader, parts: Any) -> None:
        case, expected = grader.case(parts)
        if names[0] == "student":
            first: Any = student
        else:
            first = ask(student, case, grader)
            if expected is not None:
                _require_same_form(expected, first, case)
        values = {name: clone(value) for name, value in case.all.items() if name in names[1:]}
        try:
            holds = statement.holds(first, **values)
        except (TypeError, AttributeError, ValueError, KeyError, IndexError, RuntimeError) as error:
            # The answer's form is not what the statement could read.
            message = f"The answer is {describe(first)}, which is not of the form that is asked for ({str(error)[:80]})."
            raise Falsified(
                Mismatch("kind", message, None, None if first is student else first), case
            ) from None
        if not holds:
            answer = None if first is student else first
            raise Falsified(
                Mismatch("values", f"It is not true that your answer {statement.text}.", expected, answer),
                case,
            )

    return check


# -- helpers, some of them for grader files ---------------------------------------------------------------


def require(condition: bool, message: str) -> None:
    """Raise ValueError with a sentence: a property's way to say what about an answer's form is wrong."""
    if not condition:
        raise ValueError(message)


def raises(name: str, function: Callable[..., Any], *args: Any) -> bool:
    """Whether the student's `function` raises an exception of this name, for a stated property."""
    try:
        function(*args)
    except StudentError as error:
        return error.type_name == name
    return False


def close(a: Tensor, b: Tensor, scale: float | None = None) -> bool:
    """Whether two float tensors of the same shape agree to 1e-9 of `scale` (by default, of their largest entry)."""
    size = max(float(a.abs().max()), float(b.abs().max())) if scale is None and a.numel() else scale or 0.0
    return a.shape == b.shape and bool(((a - b).abs() <= 1e-9 * size).all())


def near_zero(a: Tensor, scale: float) -> bool:
    """Whether every entry is below 1e-9 of `scale`, the size of the numbers that were added up."""
    return bool((a.abs() <= 1e-9 * scale).all())


def identical(before: Any, after: Any) -> bool:
    """Whether two plain values are equal bit for bit."""
    if isinstance(before, Tensor):
        return (
            isinstance(after, Tensor)
            and before.dtype == after.dtype
            and before.shape == after.shape
            and torch.equal(before, after)
        )
    if isinstance(before, (list, tuple)):
        return (
            type(after) is type(before) and len(before) == len(after) and all(map(identical, before, after))
        )
    return bool(before == after)


def _same(first: Any, again: Any, scale: float) -> bool:
    try:
        return compare(first, again, scale) is None
    except (KeyError, TypeError):
        return identical(first, again)


def _require_same(
    expected: Any,
    answer: Any,
    case: Case,
    grader: Grader,
    scale: float | None = None,
    loose: float | None = None,
) -> None:
    size = grader.upstream_size(case) if scale is None else scale
    mismatch = compare_parts(expected, answer, grader.parts, size, grader.loose if loose is None else loose)
    if mismatch:
        raise Falsified(mismatch, case)


def _require_same_form(expected: Any, answer: Any, case: Case) -> None:
    """Kind, shape, dtype and finiteness only, so that the arithmetic that follows is safe."""
    mismatch = compare(expected, answer, float("inf"))
    if mismatch and mismatch.kind != "values":
        raise Falsified(mismatch, case)


def _combine(a: float, first: Any, b: float, second: Any) -> Any:
    if isinstance(first, (list, tuple)):
        return tuple(_combine(a, f, b, s) for f, s in zip(first, second, strict=True))
    return a * first + b * second


def _outputs(grader: Grader, case: Case, step: float, steps: list[Tensor]) -> list[Tensor]:
    assert grader.forward is not None
    values = {
        name: value
        for name, value in case.all.items()
        if name in inspect.signature(grader.forward).parameters
    }
    for name, direction in zip(grader.wrt, steps, strict=True):
        values[name] = values[name] + step * direction
    outputs = grader.forward(**values)
    return list(outputs) if isinstance(outputs, tuple) else [outputs]


def _entries(value: Any) -> int:
    if isinstance(value, Tensor):
        return value.numel()
    if isinstance(value, (list, tuple)):
        return sum(_entries(v) for v in value)
    return sum(_entries(v) for v in value.values()) if isinstance(value, dict) else 1


def _has_floats(grader: Grader) -> bool:
    case, expected = grader.case((drawing.Structure(0, 0, 0, 0, 0), _smallest(grader)))
    return _floats(list(case.given.values())) and _floats(expected)


def _floats(value: Any) -> bool:
    """Whether there is a floating-point tensor in a value."""
    if isinstance(value, (list, tuple)):
        return any(_floats(part) for part in value)
    return isinstance(value, Tensor) and value.is_floating_point()


def _smallest(grader: Grader) -> dict[str, Any]:
    own = {
        name: domain
        for name, domain in grader.domains.items()
        if isinstance(domain, hypothesis.strategies.SearchStrategy)
    }
    return {
        name: hypothesis.find(domain, lambda value: True, settings=hypothesis.settings(database=None))
        for name, domain in own.items()
    }
