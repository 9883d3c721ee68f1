"""What a task may say besides the numbers: a default, a dtype, and that gradients find their way back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from small_course import MANIFEST as SMALL
from small_course import build, grade

from dojo.engine import Engine
from dojo.verdict import Verdict

# Its head, but nothing is forbidden.
HEAD = SMALL.split("[[unit.exercise]]")[0].replace('forbid = ["autograd", "finite_differences"]', "")
MANIFEST = HEAD + "".join(
    f"""
[[unit.exercise]]
id = "{name}"
title = "Title"
target = "m:{name}"
points = 1
difficulty = 1
minutes = 1
hints = ["a", "b", "c"]
"""
    for name in ("scaled", "steps", "flat")
)
SOLUTION = '''"""Solutions."""

import torch
from jaxtyping import Float
from torch import Tensor


def scaled(x: Float[Tensor, "N M"], by: float = 2.0) -> Float[Tensor, "N M"]:
    """x times a factor."""
    # BEGIN SOLUTION
    return x * by
    # END SOLUTION


def steps(N: int) -> Float[Tensor, "N"]:
    """N numbers in float64."""
    # BEGIN SOLUTION
    return torch.linspace(0.5, 2.0, N, dtype=torch.float64)
    # END SOLUTION


def flat(x: Float[Tensor, "N M"]) -> Float[Tensor, "N M"]:
    """Whether entries are positive."""
    # BEGIN SOLUTION
    return (x > 0).to(x.dtype)
    # END SOLUTION
'''
GRADER = '''"""Graders."""

import torch

from dojo.grading import grades, one_of


@grades("scaled", by=one_of(2.0, 2.0, -3.0), differentiable=True)
def scaled(x, by):
    return x * by


@scaled.misconception(symptom="s", question="q", rule="r")
def ignores_the_factor(x, by=2.0):
    return x * 2


@grades("steps", says_dtype=True, may_be_trivial=True, minimum={"N": 2})
def steps(N):
    return torch.linspace(0.5, 2.0, N, dtype=torch.float64)


@grades("flat", may_be_trivial=True, differentiable=True)
def flat(x):
    return (x > 0) * x.detach() ** 0 + 0 * x
'''


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with Engine(build(tmp_path_factory.mktemp("course"), MANIFEST, GRADER, SOLUTION), lanes=1) as engine:
        yield engine


RIGHT = {
    "scaled": [
        "def scaled(x, by=2.0):\n    return by * x",
        "def scaled(x, by=2.0):\n    out = torch.empty_like(x)\n    out[:] = x * by\n    return out",
    ],
    "steps": [
        "def steps(N):\n    return torch.linspace(0.5, 2, N, dtype=torch.float64)",
        "def steps(N):\n    return torch.arange(N).double() * 1.5 / (N - 1) + 0.5",
    ],
}
WRONG = {
    "scaled": [
        "def scaled(x, by=2.5):\n    return by * x",
        "def scaled(x, by):\n    return by * x",
        "def scaled(x, by=2.0):\n    return x * by + (x - x.detach())",  # with a gradient that is too large
        "def scaled(x, by=2.0):\n    return (x * by).detach()",
        "def scaled(x, by=2.0):\n    return torch.tensor((x * by).tolist())",
        "def scaled(x, by=2.0):\n    return x.data.mul(by).requires_grad_()",
    ],
    "steps": [
        "def steps(N):\n    return torch.linspace(0.5, 2, N)",
        "def steps(N):\n    return torch.tensor([0.5 + 1.5 * i / (N - 1) for i in range(N)])",
    ],
}


@pytest.mark.parametrize(("exercise", "text"), [(e, text) for e, texts in RIGHT.items() for text in texts])
def test_who_does_what_the_task_says_passes(engine: Engine, exercise: str, text: str) -> None:
    result = grade(engine, f"import torch\n\n\n{text}\n", exercise)
    assert result.verdict is Verdict.PASSED, result.message


@pytest.mark.parametrize(("exercise", "text"), [(e, text) for e, texts in WRONG.items() for text in texts])
def test_who_does_not_is_told(engine: Engine, exercise: str, text: str) -> None:
    result = grade(engine, f"import torch\n\n\n{text}\n", exercise)
    assert result.verdict in (Verdict.FAILED, Verdict.ERROR)


def test_an_answer_that_leaves_the_graph_is_told_so(engine: Engine) -> None:
    result = grade(engine, "def scaled(x, by=2.0):\n    return (x * by).detach()\n", "scaled")
    assert result.property == "lets autograd through to its inputs"
    assert "leave the graph" in result.message and result.misconception is None


def test_a_default_that_is_left_out_is_not_shown(engine: Engine) -> None:
    result = grade(engine, "def scaled(x, by=2.5):\n    return x * by\n", "scaled")
    assert result.counterexample is not None
    assert [shown.name for shown in result.counterexample.inputs] == ["x"]


def test_an_oracle_without_gradients_is_a_fault_of_the_grader(engine: Engine) -> None:
    result = grade(engine, "def flat(x):\n    return (x > 0).to(x.dtype)\n", "flat")
    assert result.verdict is Verdict.KIT_ERROR and "autograd finds no way" in result.message


def test_a_gradient_that_is_not_finite_is_told_so(engine: Engine) -> None:
    text = "def scaled(x, by=2.0):\n    return x * by + torch.where(x > 1e9, x, 0 * (x - x).sqrt())\n"
    result = grade(engine, "import torch\n\n\n" + text, "scaled")
    assert result.property == "lets autograd through to its inputs" and "NaN" in result.message
