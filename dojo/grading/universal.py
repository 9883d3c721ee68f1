"""The universal properties: what is true of every right answer, written once for all exercises."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from dojo.channel import StudentError, WorkerEnded
from dojo.grading.asking import (
    Falsified,
    arguments,
    ask,
    observe,
    require_form,
    require_like,
    require_same,
    same,
)
from dojo.grading.cases import (
    Case,
    GraderBroken,
    Parts,
    case_with_answer,
    question,
    question_with_answer,
    upstream_size,
)
from dojo.grading.compare import compare
from dojo.grading.draw import SCALES
from dojo.grading.grader import Grader
from dojo.grading.mismatch import Mismatch
from dojo.grading.remote import remote_function
from dojo.grading.student import Observation, Student
from dojo.grading.values import clone, entries, identical, names_of, tensors
from dojo.grading.work import LEAST, large_case
from dojo.rules.seen import broken_rule, step_budget

PURE = "changes no input, and returns memory of its own"
SINGLE = "answers float32 with float32"
SIZE_ONE = "is right where a size is one"
LINEAR = "is linear in the upstream gradient"
ADJOINT = "agrees with small steps of the forward pass"
REPEATABLE = "gives the same answer for the same input"
LARGER = "is right for larger inputs too"
DIFFERENTIABLE = "lets autograd through to its inputs"
RULES = "keeps to the rules of the exercise"


def equals_reference(student: Student, grader: Grader, parts: Parts) -> None:
    """Kind, shape, dtype, finiteness and values are the reference's, and the inputs stay as they were."""
    case, expected = case_with_answer(grader, parts)
    seen = observe(student, case, grader)
    require_same(expected, seen.value, case, grader)
    if grader.pure and grader.played_by is None:
        _require_pure(seen, case, expected, grader)


def keeps_float32(student: Student, grader: Grader, parts: Parts) -> None:
    """The same in float32, at float32's tolerance."""
    case, expected = case_with_answer(grader, parts, torch.float32)
    require_same(expected, ask(student, case, grader), case, grader, text=SINGLE)


def right_for_sizes_of_one(student: Student, grader: Grader, parts: Parts) -> None:
    """The same for each size that may be one: a batch of one row, a layer of one unit.

    Where that has no finite answer (a variance over one row) it is no valid input.
    """
    for number in range(len(grader.singles)):
        structure = replace(parts[0], sizes=len(grader.sizes) + number)
        case, expected = question_with_answer(grader, (structure, parts[1]))
        if not all(bool(t.isfinite().all()) for t in tensors(expected) if t.is_floating_point()):
            continue
        seen = observe(student, case, grader)
        require_same(expected, seen.value, case, grader, text=SIZE_ONE)
        if grader.pure and grader.played_by is None:
            _require_pure(seen, case, expected, grader)


def linear_in_upstream(student: Student, grader: Grader, parts: Parts) -> None:
    """f(2 g1 - 3 g2) = 2 f(g1) - 3 f(g2): this needs no reference at all."""
    first = question(grader, parts)
    other = question(grader, _another(parts))
    second = _with(first, {name: other.given[name] for name in grader.upstream})
    mixed = {name: 2.0 * first.given[name] - 3.0 * second.given[name] for name in grader.upstream}
    third = _with(first, mixed)
    answers = [ask(student, case, grader) for case in (first, second, third)]
    for answer in answers:
        require_form(answer, first)
        require_like(answers[0], answer, first)
    scale = 6 * max(upstream_size(grader, first), upstream_size(grader, second))
    combined = _combine(2.0, answers[0], -3.0, answers[1])
    # Rounding of three answers adds up, and 2 f - 3 f may cancel: ten times the usual tolerance.
    require_same(combined, answers[2], third, grader, scale=scale, loose=10 * grader.loose)


def adjoint_identity(student: Student, grader: Grader, parts: Parts) -> None:
    """The upstream gradient times a small step of the outputs is the answer times that step of the inputs.

    A central difference of the forward pass, so autograd has no part in it. Its error is about 1e-9 of the
    products' size (step 1e-5 relative to each input), and a wrong gradient misses by its own error.
    """
    case = question(grader, parts)
    answer = ask(student, case, grader)
    require_form(answer, case)
    leaves = [torch.zeros_like(case.all[name]) for name in grader.wrt]
    require_like(leaves[0] if len(leaves) == 1 else tuple(leaves), answer, case)
    generator = torch.Generator().manual_seed(parts[0].seed)
    steps = []
    for name in grader.wrt:
        random = torch.rand(case.all[name].shape, generator=generator, dtype=torch.float64)
        steps.append(case.all[name] * (0.5 + random))
    ahead, behind = (_outputs(grader, case, step, steps) for step in (1e-5, -1e-5))
    upstream = [case.all[name] for name in grader.upstream]
    outwards = [g * (a - b) / 2e-5 for g, a, b in zip(upstream, ahead, behind, strict=True)]
    inwards = [g * s for g, s in zip(tensors(answer), steps, strict=True)]
    gap = sum(float(p.sum()) for p in outwards) - sum(float(p.sum()) for p in inwards)
    size = sum(float(p.abs().sum()) for p in outwards + inwards)
    if abs(gap) > 1e-6 * size + 1e-9 * upstream_size(grader, case):
        message = "The answer disagrees with a small step of the forward pass."
        raise Falsified(Mismatch("values", message, None, answer), case, text=ADJOINT)


_GRADIENTS = remote_function("""
def gradients(function, args, kwargs):
    values = [*args, *kwargs.values()]
    leaves = [v.requires_grad_() for v in values if isinstance(v, torch.Tensor) and v.is_floating_point()]
    answer = function(*args, **kwargs)
    parts = list(answer) if isinstance(answer, (tuple, list)) else [answer]
    weigh = lambda p: torch.linspace(0.5, 1.5, p.numel(), dtype=p.dtype).view_as(p)
    tensors = [p for p in parts if isinstance(p, torch.Tensor) and p.requires_grad]
    weighted = [(p * weigh(p)).sum() for p in tensors]
    if not weighted:
        return [torch.zeros_like(leaf) for leaf in leaves]
    found = torch.autograd.grad(torch.stack(weighted).sum(), leaves, allow_unused=True)
    return [torch.zeros_like(leaf) if g is None else g for leaf, g in zip(leaves, found)]
""")
_CUT_OFF = (
    "The numbers are right, but autograd does not find its way from them to all inputs: somewhere they leave "
    "the graph, and what stands before that place would learn nothing, or something wrong."
)
_NOT_FINITE = (
    "The numbers are right, but the gradient that autograd finds through them is NaN or infinite: on the way "
    "back a branch that is not taken counts too, and nothing times infinity is NaN."
)


def lets_autograd_through(student: Student, grader: Grader, parts: Parts) -> None:
    """Autograd finds the gradient through the answer that it finds through the oracle."""
    assert grader.oracle is not None
    case, _ = case_with_answer(grader, parts)
    args, kwargs = arguments(case, grader)
    fixed = {name: value for name, value in case.hidden.items() if name in grader.takes}

    def oracle(*values: Any) -> Any:
        given = {n: v for n, v in zip(case.given, values, strict=True) if n in grader.takes}
        return grader.oracle(**fixed, **given)  # type: ignore[misc]

    right = _GRADIENTS(oracle, clone(list(case.given.values())), {})
    try:
        theirs = student.run(_GRADIENTS, student, args, kwargs)
    except StudentError as error:
        error.case = case
        raise
    if not _close(right, theirs, grader, case):
        broken = any(not bool(g.isfinite().all()) for g in tensors(theirs))
        raise Falsified(Mismatch("values", _NOT_FINITE if broken else _CUT_OFF, None, None), case)


def _close(right: list[Tensor], theirs: Any, grader: Grader, case: Case) -> bool:
    scale = max(float(g.abs().max()) for g in right if g.numel())
    if scale == 0.0:
        raise GraderBroken(f"{grader.id}: autograd finds no way through the oracle itself")
    return compare(right, theirs, scale, loose=10 * grader.loose) is None


def same_answer_twice(student: Student, grader: Grader, parts: Parts) -> None:
    """A call in between changes nothing: no memory is kept from call to call."""
    case = question(grader, parts)
    first = observe(student, case, grader).value
    ask(student, question(grader, _another(parts)), grader)
    seen = observe(student, case, grader)
    again = seen.value
    if not same(first, again, upstream_size(grader, case)):
        message = (
            "The same input got two different answers: something is kept from one call to the next, "
            "or drawn at random."
        )
        raise Falsified(Mismatch("repeat", message, first, again), case, text=REPEATABLE)
    _require_own_memory(seen, case, first, grader)


def keeps_the_rules(
    student: Student, grader: Grader, parts: Parts, rules: tuple[str, ...], *, larger: bool = False
) -> None:
    """The watches see a call, of a size at which a short cut is expensive.

    Its answer is looked at too: such inputs have more entries and larger upstream gradients than most of
    those that "right_answer" is checked on, and who works hard on small inputs only must be right here.
    """
    structure = replace(parts[0], scale=SCALES.index(max(SCALES)))
    countable = grader.budget and grader.played_by is None
    watched = tuple(r for r in rules if r != "finite_differences" or countable)
    least = 0
    if larger:  # of sizes that nobody can know
        structure = replace(structure, sizes=structure.salt % min(4, len(grader.sizes)))
        least = LEAST + structure.salt % 97 if "finite_differences" in watched else 0
    case, expected, products = large_case(grader, (structure, parts[1]), least)
    size = entries(list(case.given.values())) + (0 if expected is None else entries(expected))
    steps = step_budget(size, products) if "finite_differences" in watched else None
    # One watch on other threads is enough, and with the profiler honest loops would take too long here.
    try:
        seen = observe(student, case, grader, watch={"steps": steps, "profile": not larger})
    except WorkerEnded as ended:
        if ended.why == "timeout":  # nothing of the kind happened on the small ones before
            most = max((t.numel() for t in tensors(list(case.given.values()))), default=0)
            detail = f"{ended.detail}, for an input of {most:,} numbers, where it is watched and slower"
            raise WorkerEnded("timeout", detail) from None
        raise
    calls = [seen.seen] if grader.played_by is None else seen.seen
    found = (broken_rule(call, watched, size, products, larger) for call in calls)
    message = next((sentence for sentence in found if sentence), None)
    if "autograd" in rules and any(getattr(t, "had_graph", False) for t in tensors(seen.value)):
        message = "The answer carries an autograd graph, and this exercise is to be done by hand."
    if message:
        raise Falsified(Mismatch("rules", message, None, None), case, broke_rule=True)
    if expected is not None:
        require_same(expected, seen.value, case, grader, text=LARGER)


def _require_pure(seen: Observation, case: Case, expected: Any, grader: Grader) -> None:
    for (name, before), after in zip(case.given.items(), seen.after, strict=True):
        if not identical(before, after):
            message = f"Your function changes its input `{name}`: afterwards the caller holds something else."
            raise Falsified(Mismatch("purity", message, before, after, name), case, text=PURE)
    _require_own_memory(seen, case, expected, grader)


def _require_own_memory(seen: Observation, case: Case, expected: Any, grader: Grader) -> None:
    names = list(case.given)
    shared = [names[s] if type(s) is int and s < len(names) else str(s) for s in seen.shares]
    if not shared or grader.may_alias:
        return
    pair = {"itself": "Two parts of your answer", "earlier": "Your answer and that to an earlier call"}
    whom = pair.get(shared[0], f"Your answer and the input `{shared[0]}`")
    message = f"{whom} are one piece of memory: the numbers are right, until somebody changes one of them."
    raise Falsified(Mismatch("purity", message, expected, seen.value), case, text=PURE)


def _another(parts: Parts) -> Parts:
    """The same sizes, filled differently."""
    return replace(parts[0], style=3, seed=parts[0].seed + 10_000), parts[1]


def _with(case: Case, values: dict[str, Any]) -> Case:
    return Case({**case.given, **values}, case.hidden)


def _combine(a: float, first: Any, b: float, second: Any) -> Any:
    if isinstance(first, dict):
        return {name: _combine(a, first[name], b, second[name]) for name in first}
    if isinstance(first, (list, tuple)):
        return tuple(_combine(a, f, b, s) for f, s in zip(first, second, strict=True))
    return a * first + b * second


def _outputs(grader: Grader, case: Case, step: float, steps: list[Tensor]) -> list[Tensor]:
    assert grader.forward is not None
    takes = names_of(grader.forward)
    values = {name: value for name, value in case.all.items() if name in takes}
    for name, direction in zip(grader.wrt, steps, strict=True):
        values[name] = values[name] + step * direction
    return tensors(grader.forward(**values))
