"""Right answers of an unusual form that a grader once refused, and wrong ones that it let through."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from small_course import MANIFEST, build, grade

from dojo.engine import Engine
from dojo.rules.reading import violations
from dojo.verdict import Verdict
from dojo.worker import wire
from dojo.worker.overlap import EXACT, any_overlap

X = torch.arange(12.0)
SOLUTION = '''"""Solutions."""

import torch
from jaxtyping import Float
from torch import Tensor


def cube_backward(x: Float[Tensor, "N M"]) -> tuple[Float[Tensor, "M"], Float[Tensor, "M"]]:
    """The sums of the columns, and of their squares."""
    # BEGIN SOLUTION
    return x.sum(0), (x * x).sum(0)
    # END SOLUTION


def double(x: Float[Tensor, "N M"]) -> tuple[Float[Tensor, "N"], Float[Tensor, "N"]]:
    """Smallest and largest of each row."""
    # BEGIN SOLUTION
    return x.amin(1), x.amax(1)
    # END SOLUTION
'''
GRADER = '''"""Graders."""

from dojo.grading import grades


@grades("cube_backward")
def sums(x):
    return x.sum(0), (x * x).sum(0)


@grades("double")
def extremes(x):
    return x.amin(1), x.amax(1)
'''


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with Engine(build(tmp_path_factory.mktemp("course"), MANIFEST, GRADER, SOLUTION), lanes=1) as engine:
        yield engine


@pytest.mark.parametrize(
    ("exercise", "body"),
    [
        ("cube_backward", "return torch.stack([x, x * x]).sum(1).unbind(0)"),
        ("cube_backward", "both = torch.cat([x, x * x], 1).sum(0)\n    return both.chunk(2)"),
        ("cube_backward", "return [row for row in torch.stack([x.sum(0), (x * x).sum(0)])]"),
        # With one column these have one element and a stride of two.
        (
            "cube_backward",
            "both = torch.stack([x.sum(0), (x * x).sum(0)], 1)\n    return both[:, 0], both[:, 1]",
        ),
        ("double", "return torch.aminmax(x, dim=1)"),
        ("double", "found = torch.aminmax(x, dim=1)\n    return found.min, found.max"),
    ],
)
def test_accepted(engine: Engine, exercise: str, body: str) -> None:
    result = grade(engine, f"import torch\n\n\ndef {exercise}(x):\n    {body}\n", exercise)
    assert result.verdict is Verdict.PASSED, result.message


@pytest.mark.parametrize(
    ("exercise", "body", "words"),
    [
        ("cube_backward", "s = x.sum(0)\n    return s.squeeze(), (x * x).sum(0)", "one"),
        ("cube_backward", "return x.squeeze().sum(0), (x * x).sum(0)", "one"),
        ("double", "both = torch.cat([x.amin(1), x.amax(1)])\n    return both[:len(x)], both[:len(x)]", ""),
        ("double", "both = torch.stack([x.amin(1)] * 2)\n    return both[0], both[0]", ""),
    ],
)
def test_refused(engine: Engine, exercise: str, body: str, words: str) -> None:
    result = grade(engine, f"import torch\n\n\ndef {exercise}(x):\n    {body}\n", exercise)
    assert result.verdict in (Verdict.FAILED, Verdict.ERROR)
    assert words in (result.property or ""), result.property


@pytest.mark.parametrize(
    ("parts", "overlap"),
    [
        ([X[:6], X[6:]], False),
        ([X[:6], X[5:]], True),
        ([X[::2], X[1::2]], False),
        ([X[::2], X[::3]], True),
        ([X.view(3, 4)[:, 1], X.view(3, 4)[:, 2]], False),
        ([X.view(3, 4)[:, 1:3], X.view(3, 4).T[2]], True),
        ([X, X.view(torch.int32)], True),  # of another kind: the ranges decide
        ([X, X], True),
        ([X, X.clone()], False),
        ([X[:0], X], False),
        ([torch.zeros(2 * EXACT)[::2], torch.zeros(2 * EXACT)[::2]], False),
    ],
)
def test_overlap(parts: list[torch.Tensor], overlap: bool) -> None:
    assert any_overlap(parts) is overlap


def test_overlap_of_large_tensors_is_that_of_their_ranges() -> None:
    large = torch.zeros(2 * EXACT)
    assert any_overlap([large[::2], large[1::2]]) and not any_overlap([large[:EXACT], large[EXACT:]])


@pytest.mark.parametrize("tensor", [X[::2][:1], X.view(3, 4)[:1, :1], X.view(3, 4).T[1:2], X[3], X[::5]])
def test_odd_strides_cross_the_wire(tensor: torch.Tensor) -> None:
    back = wire.decode(*wire.encode(tensor))
    assert back.shape == tensor.shape and torch.equal(back, tensor)


def test_named_tuples_of_torch_cross_the_wire_as_tuples() -> None:
    values, indices = wire.decode(*wire.encode(torch.max(X.view(3, 4), dim=1)))
    assert values.tolist() == [3.0, 7.0, 11.0] and indices.tolist() == [3, 3, 3]


CLASS = """import torch


class Value:
    def __init__(this, data):
        this.data = data

    def __add__(this, other):
        out = Value(this.data + other.data)
        out.operation = "+"
        return out


def double(x):
    made = Value(x) + Value(x)
    made.factor = 2
    return made.data if made.operation == "+" else None
"""


def test_parts_of_named_tuples_have_their_names() -> None:
    body = "return torch.histogram(x, bins=3).bin_edges, torch.linalg.svd(x).Vh"
    text = f"import torch\n\n\ndef double(x):\n    {body}\n".encode()
    assert not violations(text, "double", (), ("torch",), (), False, False)


def test_recording_may_be_switched_off_where_autograd_is_allowed() -> None:
    text = (
        b"import torch\n\n\ndef double(x):\n    with torch.set_grad_enabled(False):\n        return x + x\n"
    )
    assert not violations(text, "double", (), ("torch",), (), False, False)
    assert violations(text, "double", ("autograd",), ("torch",), (), False, False)


def test_attributes_may_be_set_on_what_was_made() -> None:
    assert not violations(CLASS.encode(), "double", (), ("torch",), (), False, False)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("made.factor = 2", "torch.factor = 2", "factor"),
        ("made.factor = 2", "made.grad_fn = 2", "grad_fn"),
        ("made.factor = 2", "made.__class__ = int", "__class__"),
        ("made.factor = 2", "Value.__name__ = 'passed'", "__name__"),
        ("class Value", "class Value_", "operation"),
    ],
)
def test_but_not_on_anything_else(old: str, new: str, words: str) -> None:
    text = CLASS.replace(old, new)
    if old == "class Value":  # without a class of its own there is nothing to set one on
        text = "def double(x):\n    x.operation = 2\n    return x\n"
    found = violations(text.encode(), "double", ("autograd",), ("torch",), (), False, False)
    assert any(words in violation.message for violation in found)


def test_what_torch_cannot_do_is_no_answer_that_is_not_started(engine: Engine) -> None:
    text = "import torch\n\n\ndef double(x):\n    return (x > 0).softmax(1), x.amax(1)\n"
    result = grade(engine, text, "double")
    assert result.verdict is Verdict.ERROR and "not implemented for" in result.message


def test_a_right_answer_that_is_too_slow_hears_for_what(engine: Engine) -> None:
    slow = "while x.numel() > 60:\n        torch.linalg.svd(torch.rand(300, 300))"
    text = f"import torch\n\n\ndef double(x):\n    {slow}\n    return x.amin(1), x.amax(1)\n"
    result = grade(engine, text, "double")
    assert result.verdict is Verdict.TIMEOUT and "for an input of" in result.message
