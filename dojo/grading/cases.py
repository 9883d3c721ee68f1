"""Cases: from a drawn structure to the inputs of an exercise and the right answer to them."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import hypothesis.strategies as st
import torch
from torch import Tensor

from dojo.grading import draw as drawing
from dojo.grading.tolerance import tolerance
from dojo.grading.values import cast, clone, identical, names_of, tensors

if TYPE_CHECKING:
    from dojo.grading.grader import Grader

REDRAWS = 20
REMEMBERED = 8
Parts = tuple[drawing.Structure, dict[str, Any]]  # what hypothesis draws

_made: dict[Hashable, Any] = {}  # the last cases and answers


class GraderBroken(BaseException):
    """The grader itself is at fault. Not an Exception, so that hypothesis does not shrink it."""


@dataclass(frozen=True, eq=False)  # each is itself alone, so that its answer can be remembered
class Case:
    """One input. `given` goes to the student, in signature order; `hidden` belongs to the reference alone."""

    given: dict[str, Any]
    hidden: dict[str, Any] = field(default_factory=dict)

    @property
    def all(self) -> dict[str, Any]:
        """Every value by name."""
        return {**self.hidden, **self.given}


def strategy(grader: Grader, salt: int = 0) -> st.SearchStrategy[Parts]:
    """What hypothesis draws: a structure, and a value for each domain that is itself a strategy."""
    own = drawn_domains(grader)
    structure = drawing.structures(len(grader.sizes), salt)
    return st.tuples(structure, st.fixed_dictionaries(own)) if own else structure.map(lambda s: (s, {}))


def drawn_domains(grader: Grader) -> dict[str, st.SearchStrategy[Any]]:
    """The domains that are hypothesis strategies."""
    return {name: d for name, d in grader.domains.items() if isinstance(d, st.SearchStrategy)}


def question(grader: Grader, parts: Parts, *, enlarge: int = 1, answer: int = 1) -> Case:
    """The inputs that a drawn structure stands for, in float64. Remembered: do not change them.

    enlarge: a factor on every size that the grader does not bound itself.
    answer:  a further factor on those sizes that the answer has.
    """
    key = (grader, repr(parts), enlarge, answer)
    found: Case = remembered(key, lambda: _fill(grader, parts, torch.float64, 0, enlarge, answer))
    return found


def question_with_answer(grader: Grader, parts: Parts) -> tuple[Case, Any]:
    """The same with the right answer to it, whatever that is: a trivial one, or one that is not finite."""
    case = question(grader, parts)
    return case, remembered(case, lambda: right_answer(grader, case))


def remembered(key: Hashable, make: Callable[[], Any]) -> Any:
    """What `make` makes, once for each key: several answers may be checked in a row on the same case."""
    if key not in _made:
        found = make()
        while len(_made) >= REMEMBERED:
            del _made[next(iter(_made))]
        _made[key] = found
    return _made[key]


def case_with_answer(grader: Grader, parts: Parts, dtype: torch.dtype = torch.float64) -> tuple[Case, Any]:
    """The inputs that a drawn structure stands for, and the right answer, None where there is no single one.

    A case that a trivial answer (zeros, ones, an input, its mean) would pass is filled anew. Remembered:
    change neither case nor answer.
    """
    key = (grader, repr(parts), dtype)
    found: tuple[Case, Any] = remembered(key, lambda: _case_with_answer(grader, parts, dtype))
    return found


def _case_with_answer(grader: Grader, parts: Parts, dtype: torch.dtype) -> tuple[Case, Any]:
    for attempt in range(REDRAWS):
        case = _fill(grader, parts, dtype, attempt)
        if grader.forward is None and grader.oracle is None:
            return case, None
        expected = right_answer(grader, case)
        if grader.may_be_trivial or not _trivial(grader, case, expected):
            return case, cast(expected, dtype)
    raise GraderBroken(f"{grader.id}: {REDRAWS} cases in a row would have passed a trivial answer")


def right_answer(grader: Grader, case: Case) -> Any:
    """The right answer to a case, from autograd or the oracle, in float64."""
    values = {name: cast(clone(value), torch.float64) for name, value in case.all.items()}
    if grader.forward is not None:
        takes = {name: values[name] for name in grader.takes if name in values}
        return vector_jacobian(grader.forward, takes, grader.wrt, [values[name] for name in grader.upstream])
    assert grader.oracle is not None
    return grader.oracle(**{name: values[name] for name in grader.takes if name in values})


def vector_jacobian(
    forward: Callable[..., Any], values: dict[str, Any], wrt: tuple[str, ...], upstream: list[Tensor]
) -> Any:
    """Autograd's gradients of `forward` at `values`, for the named inputs, given the upstream gradients."""
    leaves = {name: values[name].detach().clone().requires_grad_() for name in wrt}
    outputs = forward(**{**values, **leaves})
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    # As one number rather than with grad_outputs, for which torch would first import its compiler.
    total = torch.stack([(o * g).sum() for o, g in zip(outputs, upstream, strict=True)]).sum()
    gradients = torch.autograd.grad(total, list(leaves.values()))
    return gradients[0] if len(wrt) == 1 else tuple(gradients)


def upstream_size(grader: Grader, case: Case) -> float:
    """The largest entry of the upstream gradient: it sets the floor of the tolerance."""
    values = [case.all.get(name) for name in grader.upstream]
    return max(
        (float(v.abs().max()) for v in values if isinstance(v, Tensor) and v.numel()), default=grader.floor
    )


def sizes_of(grader: Grader, parts: Parts, enlarge: int, answer: int) -> dict[str, int]:
    """The sizes of a case by letter."""
    table = grader.sizes + grader.singles
    sizes = dict(zip(grader.letters, table[parts[0].sizes % len(table)], strict=True))
    factors = {name: enlarge * answer if name in grader.answer_letters else enlarge for name in sizes}
    sizes = {name: size if name in grader.largest else size * factors[name] for name, size in sizes.items()}
    return sizes | {letter: rule(sizes) for letter, rule in grader.derived.items()}


def _fill(
    grader: Grader, parts: Parts, dtype: torch.dtype, attempt: int, enlarge: int = 1, answer: int = 1
) -> Case:
    structure, drawn = parts
    sizes = sizes_of(grader, parts, enlarge, answer)
    draw = drawing.Draw(structure, sizes, dtype, attempt)
    values = (_values(grader, draw) if grader.case_of is None else grader.case_of(draw)) | drawn
    if grader.cache is not None:
        takes = names_of(grader.cache)
        values |= grader.cache(**{name: values[name] for name in takes if name in values})
    values = {name: cast(value, dtype) for name, value in values.items()}
    left_out = {name for name in values if structure.seed // 2 % 2 == 0 and _is_default(grader, name, values)}
    given = {n: values.pop(n) for n in grader.parameters if n in values and n not in left_out}
    return Case(given, values)


def _is_default(grader: Grader, name: str, values: dict[str, Any]) -> bool:
    """Whether a value need not be given. Never left out, nobody would notice a wrong default."""
    if name not in grader.parameters or grader.played_by is not None:
        return False
    default = grader.parameters[name].default
    return type(values[name]) is type(default) and identical(values[name], default)


def _values(grader: Grader, draw: drawing.Draw) -> dict[str, Any]:
    """A value for every tensor, every domain, and every parameter that is named after a size."""
    values: dict[str, Any] = {}
    for name, dims in grader.shapes.items():
        shape = tuple(int(d) if d.isdigit() else draw.sizes[d] for d in dims)
        usual = drawing.upstream if name in grader.upstream else drawing.normal
        domain = grader.domains.get(name, usual)
        if not isinstance(domain, st.SearchStrategy):
            values[name] = domain(draw, shape)
    for name, domain in grader.domains.items():
        if name not in values and not isinstance(domain, st.SearchStrategy):
            values[name] = domain(draw, ())
    sizes = {name: draw.sizes[name] for name in grader.parameters if name in draw.sizes}
    return {**sizes, **values}


def _trivial(grader: Grader, case: Case, expected: Any) -> bool:
    """Whether zeros, ones, an input or an input's mean would pass for a part of the answer.

    A part that is itself a list or a dict has to be trivial in all its tensors: some gradients are zero.
    """
    parts = expected if isinstance(expected, (tuple, list)) else [expected]
    inside = [[t for t in tensors(part) if t.is_floating_point() and t.numel()] for part in parts]
    return any(found and all(_guessed(grader, case, part) for part in found) for found in inside)


def _guessed(grader: Grader, case: Case, part: Tensor) -> bool:
    """Whether a guess that knows nothing of the exercise would pass for one tensor of the answer."""
    inputs = [v for v in case.given.values() if isinstance(v, Tensor) and v.is_floating_point() and v.numel()]
    values = [0.0, 1.0, *(float(tensor.double().mean()) for tensor in inputs)]
    limit = tolerance(part, part.dtype, upstream_size(grader, case), grader.loose)
    guesses = values + [tensor.to(part.dtype) for tensor in inputs if tensor.shape == part.shape]
    return any(float((part - guess).abs().max()) <= limit for guess in guesses)
