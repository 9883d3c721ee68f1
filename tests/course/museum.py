"""The museum of the course as parameters of tests: every exercise with its right and wrong answers."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from dojo.course import Course, load
from dojo.engine import Engine
from dojo.grading import registry
from dojo.grading.grader import Grader
from dojo.seeds import Seed
from dojo.submission import Submission
from dojo.verdict import ExerciseResult

ROOT = Path(__file__).parent.parent.parent


@cache
def course() -> Course:
    """The course, loaded once."""
    return load(ROOT)


@cache
def graders() -> dict[str, Grader]:
    """All graders, bound."""
    return registry.load(course())


def grade(engine: Engine, exercise_id: str, source: str, seed: int = 0) -> ExerciseResult:
    """The result of one exercise for a module with this text."""
    exercise = course().exercise(exercise_id)
    name = f"{course().unit_of(exercise_id).id}/{exercise.module}.py"
    submission = Submission("museum", ROOT, {name: source.encode()}, "sha256:0", [])
    return engine.grade(submission, [exercise], seed=Seed.numbered(seed)).exercises[0]


def same_function(module: Path) -> set[tuple[str, str, str]]:
    """Pairs of misconceptions that a grader file declares to be one function on all valid inputs."""
    for node in ast.parse(module.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and any(getattr(t, "id", "") == "SAME" for t in node.targets):
            return set(ast.literal_eval(node.value))
    return set()
