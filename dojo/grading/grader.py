"""A grader: where the cases of an exercise come from, what is the right answer, and what else is true."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import hypothesis.strategies as st
import torch
from torch import Tensor

from dojo.grading import draw as drawing
from dojo.grading.compare import compare
from dojo.grading.hints import Hints

REDRAWS = 20


class GraderBroken(BaseException):
    """The grader itself is at fault. Not an Exception, so that hypothesis does not shrink it."""


@dataclass(frozen=True)
class Case:
    """One input. `given` goes to the student, in signature order; `hidden` belongs to the reference alone."""

    given: dict[str, Any]
    hidden: dict[str, Any] = field(default_factory=dict)

    @property
    def all(self) -> dict[str, Any]:
        """Every value by name."""
        return {**self.hidden, **self.given}

    def copy(self) -> dict[str, Any]:
        """The student's arguments, each a tensor of its own."""
        return {name: clone(value) for name, value in self.given.items()}


@dataclass(frozen=True)
class Wrong:
    """A misconception: a wrong implementation with its hints. With `edit` it is the reference, altered."""

    name: str
    function: Callable[..., Any] | None
    hints: Hints
    edit: tuple[str, str] | None = None


@dataclass(frozen=True)
class Statement:
    """A property that a grader states itself: a sentence and a function that returns whether it holds."""

    name: str
    text: str
    holds: Callable[..., Any]
    examples: int


@dataclass
class Grader:
    """All that is known about the right and the wrong answers of one exercise.

    Made by `backward_of` or `grades`; `bind` adds the reference, from whose signature shapes and names come.
    """

    id: str
    domains: dict[str, Any]
    forward: Callable[..., Any] | None = None
    oracle: Callable[..., Any] | None = None
    wrt: tuple[str, ...] = ()
    upstream: tuple[str, ...] = ()
    cache: Callable[..., dict[str, Any]] | None = None
    case_of: Callable[[drawing.Draw], dict[str, Any]] | None = None
    derived: dict[str, Callable[[dict[str, int]], int]] = field(default_factory=dict)
    minimum: dict[str, int] = field(default_factory=dict)
    largest: dict[str, int] = field(default_factory=dict)
    examples: int = 15
    loose: float = 1.0
    floor: float = 0.0  # size of what was added up, where a true answer is zero and there is no upstream
    parts: dict[str, tuple[Any, ...]] = field(default_factory=dict)  # name to path, in the order to compare
    may_alias: bool = False
    may_be_trivial: bool = False
    pure: bool = True
    budget: bool = True
    file: str = ""
    reference: Callable[..., Any] | None = None
    misconceptions: dict[str, Wrong] = field(default_factory=dict)
    alternatives: dict[str, Callable[..., Any]] = field(default_factory=dict)
    statements: list[Statement] = field(default_factory=list)

    # -- what grader files say ---------------------------------------------------------------------

    def misconception(
        self, *, symptom: str, question: str, rule: str
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register a wrong implementation under its function's name, with its three hints."""

        def register(function: Callable[..., Any]) -> Callable[..., Any]:
            self._add(Wrong(function.__name__, function, Hints(symptom, question, rule)))
            return function

        return register

    def misconception_by_edit(
        self, name: str, old: str, new: str, *, symptom: str, question: str, rule: str
    ) -> None:
        """Register a wrong implementation that is the reference with `old` replaced by `new` in its text."""
        self._add(Wrong(name, None, Hints(symptom, question, rule), (old, new)))

    def alternative(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Register a differently written right answer under its function's name."""
        if function.__name__ in self.alternatives:
            raise ValueError(f"{self.id}: the alternative {function.__name__} is there twice")
        self.alternatives[function.__name__] = function
        return function

    def property(self, text: str, *, examples: int = 6) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register a statement about every right answer. The function takes `answer` (the value for one case)
        or `student` (to call it as it likes) first, then any inputs by name, and returns whether it holds."""

        def register(function: Callable[..., Any]) -> Callable[..., Any]:
            self.statements.append(Statement(function.__name__, text, function, examples))
            return function

        return register

    def _add(self, wrong: Wrong) -> None:
        if wrong.name in self.misconceptions:
            raise ValueError(f"{self.id}: the misconception {wrong.name} is there twice")
        self.misconceptions[wrong.name] = wrong

    # -- what the engine asks ----------------------------------------------------------------------

    def bind(self, reference: Callable[..., Any]) -> Grader:
        """Take signature, shapes and defaults from the reference."""
        self.reference = reference
        return self

    def parameters(self) -> dict[str, inspect.Parameter]:
        """The parameters of the exercise, by name."""
        assert self.reference is not None, f"{self.id} has no reference yet"
        return dict(inspect.signature(self.reference).parameters)

    def shapes(self) -> dict[str, list[str]]:
        """Dimension letters of every annotated tensor, hidden ones included."""
        hidden = inspect.signature(self.forward or self.oracle or (lambda: None)).parameters
        shapes = {}
        for name, parameter in {**hidden, **self.parameters()}.items():
            dims = getattr(parameter.annotation, "dim_str", None)
            if dims is not None and name not in shapes and "..." not in dims:
                shapes[name] = dims.split()
        return shapes

    def letters(self) -> tuple[str, ...]:
        """Dimension letters whose size is drawn, in order of appearance."""
        found = [dim for dims in self.shapes().values() for dim in dims if re.match(r"[A-Za-z]", dim)]
        found += [letter for letter in (*self.minimum, *self.largest)]
        return tuple(letter for letter in dict.fromkeys(found) if letter not in self.derived)

    def size_table(self) -> list[tuple[int, ...]]:
        """All size tuples from which a case may be drawn."""
        letters = self.letters()
        minimum = tuple(self.minimum.get(letter, 2) for letter in letters)
        spread = drawing.LARGEST - 2
        largest = tuple(
            self.largest.get(letter, max(drawing.LARGEST, low + spread))
            for letter, low in zip(letters, minimum, strict=True)
        )
        return drawing.size_table(letters, minimum, largest)

    def strategy(self) -> st.SearchStrategy[Any]:
        """What hypothesis draws: a structure, and a value for each domain that is itself a strategy."""
        own = {name: domain for name, domain in self.domains.items() if isinstance(domain, st.SearchStrategy)}
        structure = drawing.structures(len(self.size_table()))
        return st.tuples(structure, st.fixed_dictionaries(own)) if own else structure.map(lambda s: (s, {}))

    def case(
        self, parts: Any, dtype: torch.dtype = torch.float64, *, enlarge: int = 1
    ) -> tuple[Case, Any]:
        """The case that a drawn structure stands for, and the right answer to it.

        enlarge: a factor on every size that the grader does not bound itself.

        A case that a trivial answer (zeros, ones, an input, its mean) would pass is filled anew.
        """
        structure, drawn = parts
        for attempt in range(REDRAWS):
            case = self.fill(structure, drawn, dtype, attempt, enlarge)
            if self.forward is None and self.oracle is None:
                return case, None
            expected = self.expected(case)
            if not self.trivial(case, expected):
                return case, cast(expected, dtype)
        raise GraderBroken(f"{self.id}: {REDRAWS} cases in a row would have passed a trivial answer")

    def fill(
        self, structure: drawing.Structure, drawn: dict[str, Any], dtype: torch.dtype, attempt: int, enlarge: int
    ) -> Case:
        """One filling of a structure."""
        table = self.size_table()
        sizes = dict(zip(self.letters(), table[structure.sizes % len(table)], strict=True))
        sizes = {n: size if n in self.largest else size * enlarge for n, size in sizes.items()}
        sizes |= {letter: rule(sizes) for letter, rule in self.derived.items()}
        draw = drawing.Draw(structure, sizes, dtype, attempt)
        values = self.values(draw) | drawn if self.case_of is None else self.case_of(draw) | drawn
        if self.cache is not None:
            takes = inspect.signature(self.cache).parameters
            values |= self.cache(**{name: values[name] for name in takes if name in values})
        values = {name: cast(value, dtype) for name, value in values.items()}
        given = {name: values.pop(name) for name in self.parameters() if name in values}
        return Case(given, values)

    def values(self, draw: drawing.Draw) -> dict[str, Any]:
        """A value for every tensor and every domain, by name."""
        values: dict[str, Any] = {}
        for name, dims in self.shapes().items():
            shape = tuple(int(d) if d.isdigit() else draw.sizes[d] for d in dims)
            domain = self.domains.get(name, drawing.upstream if name in self.upstream else drawing.normal)
            if not isinstance(domain, st.SearchStrategy):
                values[name] = domain(draw, shape)
        for name, domain in self.domains.items():
            if name not in values and callable(domain) and not isinstance(domain, st.SearchStrategy):
                values[name] = domain(draw, ())
        for name in self.parameters():
            if name not in values and name in draw.sizes:
                values[name] = draw.sizes[name]
        return values

    def expected(self, case: Case) -> Any:
        """The right answer, from autograd or the oracle, in float64."""
        values = {name: cast(clone(value), torch.float64) for name, value in case.all.items()}
        function = self.forward or self.oracle
        assert function is not None
        takes = {name: values[name] for name in inspect.signature(function).parameters if name in values}
        if self.forward is None:
            return function(**takes)
        return vector_jacobian(function, takes, self.wrt, [values[name] for name in self.upstream])

    def trivial(self, case: Case, expected: Any) -> bool:
        """Whether zeros, ones, an input or an input's mean would pass for the answer."""
        if self.may_be_trivial:
            return False
        parts = [
            part
            for part in (expected if isinstance(expected, (tuple, list)) else [expected])
            if isinstance(part, Tensor)
        ]
        parts = [part for part in parts if part.is_floating_point() and part.numel()]
        scale = self.upstream_size(case)
        return any(
            compare(part, guess, scale, loose=self.loose) is None
            for part in parts
            for guess in guesses(part, [v for v in case.given.values() if isinstance(v, Tensor)])
        )

    def upstream_size(self, case: Case) -> float:
        """The largest entry of the upstream gradient: it sets the floor of the tolerance."""
        tensors = [case.all[name] for name in self.upstream if isinstance(case.all.get(name), Tensor)]
        return max((float(t.abs().max()) for t in tensors if t.numel()), default=self.floor)


def guesses(part: Tensor, inputs: list[Tensor]) -> list[Tensor]:
    """The trivial answers to one part."""
    found = [torch.zeros_like(part), torch.ones_like(part)]
    for tensor in inputs:
        if tensor.is_floating_point() and tensor.numel():
            found.append(torch.full_like(part, float(tensor.double().mean())))
            if tensor.shape == part.shape:
                found.append(tensor.to(part.dtype))
    return found


def vector_jacobian(
    forward: Callable[..., Any], values: dict[str, Any], wrt: tuple[str, ...], upstream: list[Tensor]
) -> Any:
    """Autograd's gradients of `forward` at `values`, for the named inputs, given the upstream gradients."""
    leaves = {name: values[name].detach().clone().requires_grad_() for name in wrt}
    outputs = forward(**{**values, **leaves})
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    gradients = torch.autograd.grad(outputs, list(leaves.values()), upstream)
    return gradients[0] if len(wrt) == 1 else tuple(gradients)


def clone(value: Any) -> Any:
    """A deep copy that keeps a tensor's memory layout."""
    if isinstance(value, Tensor):
        return value.clone(memory_format=torch.preserve_format)
    if isinstance(value, (list, tuple)):
        return type(value)(clone(v) for v in value)
    return {k: clone(v) for k, v in value.items()} if isinstance(value, dict) else value


def cast(value: Any, dtype: torch.dtype) -> Any:
    """The same value with every floating-point tensor in `dtype`."""
    if isinstance(value, Tensor):
        return value.to(dtype) if value.is_floating_point() else value
    if isinstance(value, (list, tuple)):
        return type(value)(cast(v, dtype) for v in value)
    return {k: cast(v, dtype) for k, v in value.items()} if isinstance(value, dict) else value


def _names(names: str | tuple[str, ...]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else names


def backward_of(
    exercise_id: str, *, wrt: str | tuple[str, ...], upstream: str | tuple[str, ...], **options: Any
) -> Callable[[Callable[..., Any]], Grader]:
    """Grade a backward exercise against autograd of the decorated forward function.

    exercise_id: the exercise in the manifest.
    wrt:         the forward function's parameters whose gradients are the answer, in the answer's order.
    upstream:    the arguments that hold the gradients of the forward function's results, in their order.
    options:     fields of `Grader`, and a domain for each input that is not a plain random tensor.

    The forward function takes inputs by name: those that the student is given, and hidden ones, whose
    annotations say their shapes.
    """

    def make(forward: Callable[..., Any]) -> Grader:
        return _grader(exercise_id, options, forward=forward, wrt=_names(wrt), upstream=_names(upstream))

    return make


def grades(
    exercise_id: str, *, upstream: str | tuple[str, ...] = (), **options: Any
) -> Callable[[Callable[..., Any]], Grader]:
    """Grade an exercise against the decorated oracle, which computes the right answer from inputs by name."""

    def make(oracle: Callable[..., Any]) -> Grader:
        return _grader(exercise_id, options, oracle=oracle, upstream=_names(upstream))

    return make


def open_ended(exercise_id: str, *, file: str, **options: Any) -> Grader:
    """Grade an exercise with many right answers by its stated properties alone. Pass `file=__file__`."""
    return _grader(exercise_id, {"file": file, **options})


def _grader(exercise_id: str, options: dict[str, Any], **known: Any) -> Grader:
    function = known.get("forward") or known.get("oracle")
    fields = {name: options[name] for name in options if name in Grader.__dataclass_fields__}
    domains = {name: value for name, value in options.items() if name not in fields}
    grader = Grader(exercise_id, domains, **known, **fields)
    grader.file = function.__code__.co_filename if function else grader.file
    return grader
