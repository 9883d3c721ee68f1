"""Writes tests/submissions/: five students, made from the solutions and the museum.

    python tests/make_submissions.py

A test keeps the folder in step. The realistic student has about a third of the answers wrong, each in a way
that a grader file names, and the others right in the museum's words rather than in the solution's.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import Any

from dojo.course import Course, Exercise, load
from dojo.grading import registry
from dojo.grading.grader import Grader
from dojo.grading.museum import HEADER, alternative_source, reference_source, wrong_source

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "tests" / "submissions"
BROKEN_UNIT = "u05_backprop_ninja"  # of the two students with a broken module


def submissions() -> dict[str, str]:
    """The text of every file, by its path below tests/submissions/."""
    course = load(ROOT)
    graders = registry.load(course)
    files: dict[str, str] = {}
    for unit in course.units:
        for module in dict.fromkeys(exercise.module for exercise in unit.exercise):
            name = f"{unit.id}/{module}.py"
            solution = (ROOT / "solutions" / name).read_text()
            here = [exercise for exercise in unit.exercise if exercise.module == module]
            files[f"untouched/{name}"] = (ROOT / "exercises" / name).read_text()
            files[f"model_answers/{name}"] = _without_docstrings(solution)
            files[f"realistic/{name}"] = _realistic(course, graders, here, solution)
    chain, layer = (f"{BROKEN_UNIT}/{module}.py" for module in ("softmax_chain", "batchnorm_chain"))
    files[f"syntax_error/{layer}"] = files[f"model_answers/{layer}"]
    files[f"syntax_error/{chain}"] = files[f"model_answers/{chain}"].replace("]:\n", "]\n", 1)
    files[f"hangs_on_import/{layer}"] = files[f"model_answers/{layer}"]
    files[f"hangs_on_import/{chain}"] = files[f"model_answers/{chain}"] + "\n\nwhile True:\n    pass\n"
    return files


def wrong_ones(course: Course) -> list[Exercise]:
    """The exercises that the realistic student gets wrong: every third."""
    return course.exercises[1::3]


def _realistic(course: Course, graders: dict[str, Grader], here: list[Exercise], solution: str) -> str:
    """One module: every third answer a misconception, the others alternatives, the rest as it was given."""
    parts = _definitions(solution)
    imports = [
        ast.unparse(n) for n in ast.parse(solution).body if isinstance(n, (ast.Import, ast.ImportFrom))
    ]
    for exercise in here:
        grader = graders[exercise.id]
        if exercise in wrong_ones(course):
            source = wrong_source(grader, next(iter(grader.misconceptions.values())))
        elif grader.alternatives:
            source = alternative_source(grader, next(iter(grader.alternatives.values())))
        else:
            source = reference_source(grader)
        found = _definitions(source)
        helpers = {name: text for name, text in found.items() if name not in parts}
        parts = {**helpers, **parts, exercise.function: found[exercise.function]}  # a base class comes first
    return "\n".join([*imports, HEADER]) + "\n\n" + "\n\n\n".join(parts.values()) + "\n"


def _definitions(source: str) -> dict[str, str]:
    """What a module text defines, by name, without docstrings."""
    nodes = [n for n in ast.parse(source).body if isinstance(n, (ast.FunctionDef, ast.ClassDef, ast.Assign))]
    return {_name(node): ast.unparse(_bare(node)) for node in nodes}


def _name(node: ast.FunctionDef | ast.ClassDef | ast.Assign) -> str:
    return ast.unparse(node.targets[0]) if isinstance(node, ast.Assign) else node.name


def _without_docstrings(source: str) -> str:
    tree = ast.parse(source)
    tree.body = [_bare(node) for node in tree.body[1:]]
    return ast.unparse(tree) + "\n"


def _bare(node: Any) -> Any:
    """A statement without docstrings, its own and those of its methods."""
    for inner in ast.walk(node):
        if isinstance(inner, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(inner) is not None:
            inner.body = inner.body[1:] or [ast.Pass()]
    return node


def main() -> int:
    """Write every file; how many."""
    for name, text in submissions().items():
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
