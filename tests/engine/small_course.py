"""A course of two exercises, small enough to see through, for tests of the engine."""

from __future__ import annotations

from pathlib import Path

from dojo.course import Course, load
from dojo.engine import Engine
from dojo.seeds import Seed
from dojo.submission import Submission
from dojo.verdict import ExerciseResult

MANIFEST = """
[course]
title = "Small"
key = "small"

[defaults]
import_seconds = 2.5
call_seconds = 2.5
seconds = 8.0
memory_mib = 256
imports = ["torch", "math", "os", "sys", "ctypes", "numpy", "time", "random", "subprocess", "jaxtyping"]

[[unit]]
id = "u"
title = "Unit"
forbid = ["autograd", "finite_differences"]

[[unit.exercise]]
id = "cube_backward"
title = "Backwards through the cube"
target = "m:cube_backward"
points = 2
difficulty = 1
minutes = 1
hints = ["a", "b", "c"]

[[unit.exercise]]
id = "double"
title = "Twice"
target = "m:double"
points = 1
difficulty = 1
minutes = 1
hints = ["a", "b", "c"]
"""

SOLUTION = '''"""Solutions."""

import torch
from jaxtyping import Float
from torch import Tensor


def cube_backward(x: Float[Tensor, "N M"], dy: Float[Tensor, "N M"]) -> Float[Tensor, "N M"]:
    """The gradient of x in y = x ** 3."""
    # BEGIN SOLUTION
    return 3 * x**2 * dy
    # END SOLUTION


def double(x: Float[Tensor, "N M"]) -> Float[Tensor, "N M"]:
    """Twice x."""
    # BEGIN SOLUTION
    return x + x
    # END SOLUTION
'''

GRADER = '''"""Graders."""

from dojo.grading import backward_of, grades


@backward_of("cube_backward", wrt="x", upstream="dy")
def cube(x):
    return x**3


@cube.misconception(symptom="s1", question="q1", rule="r1")
def forgot_the_factor(x, dy):
    return x**2 * dy


@cube.misconception(symptom="s2", question="q2", rule="r2")
def changes_its_input(x, dy):
    dy *= 3 * x**2
    return dy


@cube.misconception(symptom="s3", question="q3", rule="r3")
def keeps_the_sign(x, dy):
    return 3 * x.abs() * x * dy


@grades("double")
def twice(x):
    return 2 * x
'''

RIGHT = """import torch

def cube_backward(x, dy):
    return 3 * x**2 * dy


def double(x):
    return 2 * x
"""


def build(root: Path, manifest: str = MANIFEST, grader: str = GRADER, solution: str = SOLUTION) -> Course:
    """Write the course to `root` and load it."""
    for name, text in {
        "course.toml": manifest,
        "solutions/u/m.py": solution,
        "graders/u/test_m.py": grader,
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return load(root)


def handed_in(source: str | bytes, name: str = "somebody") -> Submission:
    """A submission whose only module has this text."""
    content = source.encode() if isinstance(source, str) else source
    return Submission(name, Path(), {"u/m.py": content}, "sha256:0", [])


def grade(
    engine: Engine, source: str | bytes, exercise: str = "cube_backward", seed: int = 1
) -> ExerciseResult:
    """The result of one exercise of a submission with this text."""
    chosen = [engine.course.exercise(exercise)]
    return engine.grade(handed_in(source), chosen, seed=Seed.numbered(seed)).exercises[0]
