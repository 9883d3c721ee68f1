"""Comparing, drawing, the universal properties and the trivial-answer guard: each check can fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from jaxtyping import Float
from torch import Tensor

from dojo.grading import backward_of, grades, one_of, open_ended, universal
from dojo.grading.asking import Falsified
from dojo.grading.cases import GraderBroken, case_with_answer, question
from dojo.grading.compare import compare
from dojo.grading.draw import Draw, Structure, distinct, indices, probabilities, size_table, upstream
from dojo.grading.grader import Grader
from dojo.grading.helpers import close, near_zero, require
from dojo.grading.properties import properties, run
from dojo.grading.report import constant_ratio, counterexample, shown
from dojo.grading.student import Observation
from dojo.grading.values import clone, frozen, identical
from dojo.seeds import Seed

X = torch.tensor([[1.0, -2.0, 3.0], [0.5, 4.0, -1.0]], dtype=torch.float64)


# -- comparing --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "actual", "kind", "words"),
    [
        (X[:1], X[0], "shape", "a kept dimension is missing"),
        (X[0], X[:1], "shape", "there is a dimension too many"),
        (X, X.mT.contiguous(), "shape", "the right numbers transposed"),
        (X[:1].expand(2, 3), X[:1].clone(), "shape", "only broadcast to the right answer"),
        (X, X[:1], "shape", "shape (1, 3) where (2, 3) is asked for"),
        (X, X.float(), "dtype", "the right numbers, but in float32"),
        (X, (X + 1).float(), "dtype", "dtype float32 where float64 is asked for"),
        (X, X + torch.inf, "finite", "infinity"),
        (X, X * torch.nan, "finite", "NaN"),
        (X, X + 1e-6, "values", "wrong numbers"),
        (X, None, "kind", "None (is a `return` missing?)"),
        (X, [1.0], "kind", "a list of 1 where a tensor of shape (2, 3)"),
        (X, 1.0, "kind", "a plain number where a tensor"),
        ((X, X), (X,), "kind", "1 parts where 2 are asked for"),
        ((X, X), X, "kind", "where a tuple of 2 is asked for"),
        ((X, X), (X, X + 1), "values", "Part [1] of the answer has wrong numbers"),
        ({"a": X}, {"b": X}, "kind", "missing: 'a'; surplus: 'b'"),
        ({"a": 1}, {"a": 2}, "values", "Part a of the answer has 2, which is not right here"),
        (True, 1, "kind", "a whole number where True or False"),
        (True, False, "values", "False, which is not right here"),
        ("n", "n-1", "values", "'n-1', which is not right here"),
        (1.5, 1.6, "values", "wrong numbers"),
        (1.5, float("nan"), "finite", "NaN"),
        (1.5, "1.5", "kind", "a text where a number"),
        (1.5, True, "kind", "True where a number"),
        (3, 4, "values", "4, which is not right here"),
        (float("inf"), 5.0, "values", "5.0, which is not right here"),
        (torch.tensor([1, 2]), torch.tensor([1, 3]), "values", "wrong entries"),
    ],
)
def test_mismatch(expected: Any, actual: Any, kind: str, words: str) -> None:
    mismatch = compare(expected, actual)
    assert mismatch is not None
    assert (mismatch.kind, words in mismatch.message) == (kind, True), mismatch.message


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (X, X.clone()),
        (X, X * (1 + 1e-13)),
        (X.float(), (X * (1 + 1e-6)).float()),
        ((X, X), [X, X]),
        (1.5, torch.tensor(1.5)),
        (1.5, 1.5 + 1e-13),
        (torch.tensor(2.0), 2.0),
        (float("inf"), float("inf")),
        (True, torch.tensor(True)),
        (["a", 1], ["a", 1]),
    ],
)
def test_match(expected: Any, actual: Any) -> None:
    assert compare(expected, actual) is None


def test_zero_reference_needs_the_size_of_the_upstream() -> None:
    zero, noise = torch.zeros(3, dtype=torch.float64), torch.full((3,), 1e-13, dtype=torch.float64)
    assert compare(zero, noise, scale=1.0) is None
    assert compare(zero, noise, scale=1e-6) is not None
    assert compare(zero, zero + 1e-6, scale=1.0) is not None


def test_constant_ratio() -> None:
    assert constant_ratio(X, 2 * X) == pytest.approx(2)
    assert constant_ratio(X, -X) == pytest.approx(-1)
    assert constant_ratio(X, X + 1) is None
    assert constant_ratio(X, X) is None


def test_large_tensors_are_cut() -> None:
    big = shown(torch.ones(100, 100), "big")
    assert big.cut and len(big.values) == 64 and big.shape == [100, 100]
    assert shown("x" * 1000).values == "x" * 200


# -- drawing ----------------------------------------------------------------------------------------------


def _draw(style: int = 3, seed: int = 0, layout: int = 0, sizes: dict[str, int] | None = None) -> Draw:
    structure = Structure(0, style=style, seed=seed, layout=layout)
    return Draw(structure, sizes or {"V": 4}, torch.float64)


def test_sizes_are_distinct_first() -> None:
    table = size_table(("N", "H"), (2, 2), (5, 5))
    assert table[0] == (2, 3) and table[-1] == (3, 3)
    assert all(a != b for a, b in table[:-2])


@pytest.mark.parametrize("style", range(4))
def test_domains_keep_their_promises(style: int) -> None:
    for seed in range(30):
        draw = _draw(style, seed, seed % 2)
        assert draw.normal(3, 4).abs().min() > 0
        rows = distinct(draw, (5, 4))
        assert all(row.unique().numel() == 4 for row in rows) and rows.abs().max() <= 10
        assert torch.allclose(probabilities(draw, (3, 4)).sum(1), torch.ones(3, dtype=torch.float64))
        chosen = indices("V", repeated=True)(draw, (3, 2))
        assert chosen.unique().numel() < chosen.numel() and chosen.max() < 4
        for shape in ((2, 2), (2, 1), (1, 2)):
            gradient = upstream(draw, shape)
            assert gradient.unique().numel() > 1 and gradient.abs().min() > 0


def test_layout_is_kept_by_copies() -> None:
    tensor = _draw(layout=1).normal(3, 4)
    assert not tensor.is_contiguous() and clone(tensor).stride() == tensor.stride()


def test_same_structure_same_values_other_salt_other_values() -> None:
    assert identical(_draw().normal(3), _draw().normal(3))
    salted = Draw(Structure(0, style=3, salt=1), {}, torch.float64)
    assert not identical(_draw().normal(3), salted.normal(3))


# -- the universal properties, each refuted by an answer that only it sees ---------------------------------


class Pretender:
    """A student who needs no worker."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)

    def observe(self, *args: Any, watch: bool = False, **kwargs: Any) -> Observation:
        value = self.function(*args, **kwargs)
        shares = [i for i, a in enumerate(args) if value.data_ptr() == a.data_ptr()]
        return Observation(value, [*args, *kwargs.values()], shares)


def _reference(x: Float[Tensor, "N M"], dy: Float[Tensor, "N M"]) -> Float[Tensor, "N M"]:
    return 2 * x * dy


def _square() -> Grader:
    @backward_of("square", wrt="x", upstream="dy")
    def square(x):  # type: ignore[no-untyped-def]
        return x**2

    return square.bind(_reference)


def _refuted(check: Callable[..., None], function: Callable[..., Any]) -> str | None:
    """The words of the property that a check finds broken on one of many cases."""
    grader = _square()
    for seed in range(10):
        try:
            check(
                Pretender(function), grader, (Structure(seed, style=seed % 4, seed=seed, scale=seed % 4), {})
            )
        except Falsified as broken:
            return broken.text or "itself"
    return None


def test_right_answer_breaks_no_property() -> None:
    for check in (
        universal.equals_reference,
        universal.keeps_float32,
        universal.linear_in_upstream,
        universal.adjoint_identity,
        universal.same_answer_twice,
    ):
        assert _refuted(check, _reference) is None


def _changes_x(x: Tensor, dy: Tensor) -> Tensor:
    x *= 2
    return x * dy


def _returns_dy(x: Tensor, dy: Tensor) -> Tensor:
    return dy.mul_(2 * x)


def test_universal_properties_can_fail() -> None:
    assert _refuted(universal.equals_reference, lambda x, dy: x * dy) == "itself"
    assert _refuted(universal.equals_reference, _changes_x) == universal.PURE
    assert _refuted(universal.equals_reference, _returns_dy) == universal.PURE
    assert _refuted(universal.keeps_float32, lambda x, dy: 2 * x.double() * dy) == universal.SINGLE
    assert _refuted(universal.linear_in_upstream, lambda x, dy: 2 * x * dy.abs()) == "itself"
    assert _refuted(universal.linear_in_upstream, lambda x, dy: 2 * x) == "itself"
    assert _refuted(universal.adjoint_identity, lambda x, dy: x * dy) == universal.ADJOINT
    memory: list[Tensor] = []

    def grows(x: Tensor, dy: Tensor) -> Tensor:
        memory.append(x)
        return 2 * x * dy * len(memory)

    assert _refuted(universal.same_answer_twice, grows) == universal.REPEATABLE


def test_trivial_cases_are_drawn_anew_until_the_grader_gives_up() -> None:
    @grades("zero")
    def zero(x):  # type: ignore[no-untyped-def]
        return 0 * x

    zero.bind(lambda x: x)
    zero.shapes, zero.letters, zero.sizes = {"x": ["N"]}, ("N",), [(3,)]
    with pytest.raises(GraderBroken, match="20 cases in a row"):
        case_with_answer(zero, (Structure(0), {}))

    @grades("sometimes", factor=one_of(0.0, 2.0))
    def sometimes(x, factor):  # type: ignore[no-untyped-def]
        return factor * x

    sometimes.bind(lambda x, factor: x)
    sometimes.shapes, sometimes.letters, sometimes.sizes = {"x": ["N"]}, ("N",), [(3,)]
    for seed in range(20):
        case, _ = case_with_answer(sometimes, (Structure(0, seed=seed), {}))
        assert case.given["factor"] == 2.0


def test_smallest_failing_case_is_small() -> None:
    grader = _square()
    (prop, *_) = properties(grader, ())
    with pytest.raises(Falsified) as found:
        run(prop, grader, Pretender(lambda x, dy: x * dy), 3)  # type: ignore[arg-type]
    case = found.value.case
    assert case.given["x"].shape == (2, 3)
    assert torch.equal(case.given["x"], case.given["x"].round())
    report = counterexample(case, found.value.mismatch)
    assert report.ratio == pytest.approx(0.5) and report.wrong_entries == report.entries == 6
    assert report.worst is not None and report.tolerance is not None


def test_stated_properties_see_the_answer_or_the_student() -> None:
    grader = open_ended("free", file=__file__, x=one_of(1.0, 2.0))
    grader.bind(lambda x: x)

    @grader.property("is twice the input")
    def twice(answer: float, x: float) -> bool:
        require(isinstance(answer, float), "a number is asked for")
        return answer == 2 * x

    @grader.property("is odd")
    def odd(student: Callable[[float], float]) -> bool:
        return student(-1.0) == -student(1.0)

    right, wrong = (Pretender(f) for f in (lambda x: 2 * x, lambda x: 2 * abs(x) + (x == 2.0)))
    text = Pretender(lambda x: "2")
    for prop in properties(grader, ()):
        if prop.name in ("twice", "odd"):
            assert run(prop, grader, right, 1) > 0  # type: ignore[arg-type]
            with pytest.raises(Falsified, match=f"It is not true that your answer {prop.text}"):
                run(prop, grader, wrong, 1)  # type: ignore[arg-type]
    (first, *_) = properties(grader, ())
    with pytest.raises(Falsified, match="a number is asked for"):
        run(first, grader, text, 1)  # type: ignore[arg-type]


def test_question_can_be_enlarged() -> None:
    grader = _square()
    small, large = (question(grader, (Structure(0), {}), enlarge=factor) for factor in (1, 4))
    assert small.given["x"].shape == (2, 3) and large.given["x"].shape == (8, 12)


def test_helpers() -> None:
    assert close(X, X * (1 + 1e-12)) and not close(X, X + 1e-3) and not close(X, X[0])
    assert near_zero(torch.tensor([1e-12]), scale=1.0) and not near_zero(torch.tensor([1e-3]), scale=1.0)


# -- seeds ------------------------------------------------------------------------------------------------


def test_seeds_are_keyed_and_secret() -> None:
    one, other = Seed.secret(b"one"), Seed.secret(b"other")
    assert one.number("a", "b") == Seed.secret(b"one").number("a", "b")
    assert one.number("a", "b") != other.number("a", "b") != other.number("ab", "")
    assert "one" not in one.id and one.id != other.id
    assert Seed.public("course").id == "public:course"


def test_only_equal_values_have_one_key() -> None:
    same = [{"x": X, "n": 2}, {"x": X.clone(), "n": 2}]
    assert frozen(same[0]) == frozen(same[1])
    others = [{"x": X + 1, "n": 2}, {"x": X, "n": 2.0}, {"x": X, "n": True}, {"x": X.float(), "n": 2}]
    others += [{"x": X.mT.contiguous().mT, "n": 2}, {"x": X, "m": 2}, {"x": [X], "n": 2}, {"x": (X,), "n": 2}]
    assert len({frozen(value) for value in [*same, *others]}) == 1 + len(others)
    assert frozen({"f": len}) is frozen([1, [object()]]) is frozen([None]) is None
