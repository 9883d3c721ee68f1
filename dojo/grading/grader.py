"""A grader: where the cases of an exercise come from, what is the right answer, and what else is true."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, get_args

from dojo.grading import draw as drawing
from dojo.grading.hints import Hints


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
    hidden: bool = False


@dataclass(eq=False)  # each is itself alone, so that what is found out about one can be kept
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
    one: str = ""  # letters whose size may be one although there is a minimum, which other sizes need
    examples: int = 12
    loose: float = 1.0
    floor: float = 0.0  # size of what was added up, where a true answer is zero and there is no upstream
    parts: dict[str, tuple[Any, ...]] = field(default_factory=dict)  # name to path, in the order to compare
    may_alias: bool = False
    may_be_trivial: bool = False
    pure: bool = True
    budget: bool = True
    every: bool = False  # try each size tuple once: where sizes stand for kinds of case, none may be missed
    differentiable: bool = False  # the task says that autograd has to find its way through the answer
    says_dtype: bool = False  # the task says which dtype: without float inputs the default is torch's own
    false_positive: float = 0.0  # at most so probable is it that a right answer that draws lots is refused
    file: str = ""
    played_by: Callable[..., Any] | None = None
    uses: tuple[str, ...] = ()  # names of the module that the play needs besides the target
    reference: Callable[..., Any] | None = None
    misconceptions: dict[str, Wrong] = field(default_factory=dict)
    alternatives: dict[str, Callable[..., Any]] = field(default_factory=dict)
    statements: list[Statement] = field(default_factory=list)
    # Known once it is bound: parameters by name, the names that the reference takes, dimension letters of
    # every tensor, the letters whose size is drawn, those of them that the answer has, all size tuples that
    # may be drawn, and those with a size of one, which are tried at the end.
    parameters: dict[str, inspect.Parameter] = field(default_factory=dict)
    takes: tuple[str, ...] = ()
    shapes: dict[str, list[str]] = field(default_factory=dict)
    letters: tuple[str, ...] = ()
    answer_letters: frozenset[str] = frozenset()
    sizes: list[tuple[int, ...]] = field(default_factory=list)
    singles: list[tuple[int, ...]] = field(default_factory=list)

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

    def play(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Register how a case is played on the student's code, where that takes more than one call.

        The function takes `student` (see `Student`) and the inputs by name, and returns the
        answer as plain data. It is played on misconceptions too, in the grader's own process.
        """
        self.played_by = function
        return function

    def property(self, text: str, *, examples: int = 5) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
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

    def bind(self, reference: Callable[..., Any]) -> Grader:
        """Take names, shapes and defaults from the reference's signature and from the hidden inputs."""
        self.reference = reference
        asks = inspect.signature(self.played_by or reference, eval_str=True)
        self.parameters = dict(list(asks.parameters.items())[1 if self.played_by else 0 :])
        own = inspect.signature(self.forward or self.oracle or (lambda: None), eval_str=True).parameters
        self.takes = tuple(own)
        self.shapes = _shapes({**own, **self.parameters})
        drawn = [dim for dims in self.shapes.values() for dim in dims if re.match(r"[A-Za-z]", dim)]
        letters = dict.fromkeys([*drawn, *self.minimum, *self.largest])
        self.letters = tuple(letter for letter in letters if letter not in self.derived)
        self.answer_letters = frozenset(_dims(asks.return_annotation)) or frozenset(self.letters)
        minimum = tuple(self.minimum.get(letter, 2) for letter in self.letters)
        usual = [max(drawing.LARGEST, low + drawing.LARGEST - 2) for low in minimum]
        largest = tuple(self.largest.get(name, n) for name, n in zip(self.letters, usual, strict=True))
        self.sizes = drawing.size_table(self.letters, minimum, largest)
        # Where a grader states a minimum, fewer may be no valid input.
        usual_ones = set(self.letters) - set(self.minimum) if not self.every else set()
        free = [n for n, letter in enumerate(self.letters) if letter in usual_ones | set(self.one.split())]
        self.singles = [(*self.sizes[0][:n], 1, *self.sizes[0][n + 1 :]) for n in free]
        return self


def _shapes(parameters: dict[str, inspect.Parameter]) -> dict[str, list[str]]:
    shapes = {}
    for name, parameter in parameters.items():
        dims = getattr(parameter.annotation, "dim_str", None)
        if dims is not None and "..." not in dims:
            shapes[name] = dims.split()
    return shapes


def _dims(annotation: Any) -> list[str]:
    """The dimensions of all tensors in an annotation."""
    dims = getattr(annotation, "dim_str", None)
    inner = [dim for part in get_args(annotation) for dim in _dims(part)]
    return inner if dims is None else dims.split()


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
