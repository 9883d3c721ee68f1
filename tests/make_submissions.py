"""Writes tests/submissions/: five students, made from the solutions and the museum.

    python tests/make_submissions.py

A test keeps the folder in step. The realistic student has about a third of the answers wrong, each in a way
that a grader file names, and the others right in the museum's words rather than in the solution's.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

from dojo.course import Course, Exercise, load
from dojo.grading import registry
from dojo.grading.grader import Grader
from dojo.grading.museum import HEADER, alternative_source, reference_source, wrong_source

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "tests" / "submissions"
UNIT = "u05_backprop_ninja"


def submissions() -> dict[str, str]:
    """The text of every file, by its path below tests/submissions/."""
    course = load(ROOT)
    graders = registry.load(course)
    files: dict[str, str] = {}
    modules = list(dict.fromkeys(exercise.module for exercise in course.exercises))
    for module in modules:
        name = f"{UNIT}/{module}.py"
        files[f"untouched/{name}"] = (ROOT / "exercises" / name).read_text()
        files[f"model_answers/{name}"] = _without_docstrings((ROOT / "solutions" / name).read_text())
        files[f"realistic/{name}"] = _realistic(course, graders, module)
    chain, layer = (f"{UNIT}/{module}.py" for module in ("softmax_chain", "batchnorm_chain"))
    files[f"syntax_error/{layer}"] = files[f"model_answers/{layer}"]
    files[f"syntax_error/{chain}"] = files[f"model_answers/{chain}"].replace("]:\n", "]\n", 1)
    files[f"hangs_on_import/{layer}"] = files[f"model_answers/{layer}"]
    files[f"hangs_on_import/{chain}"] = files[f"model_answers/{chain}"] + "\n\nwhile True:\n    pass\n"
    return files


def wrong_ones(course: Course) -> list[Exercise]:
    """The exercises that the realistic student gets wrong: every third."""
    return course.exercises[1::3]


def _realistic(course: Course, graders: dict[str, Grader], module: str) -> str:
    """One module: every third answer a misconception, the others alternatives."""
    parts: dict[str, str] = {}
    for exercise in (e for e in course.exercises if e.module == module):
        grader = graders[exercise.id]
        if exercise in wrong_ones(course):
            source = wrong_source(grader, next(iter(grader.misconceptions.values())))
        elif grader.alternatives:
            source = alternative_source(grader, next(iter(grader.alternatives.values())))
        else:
            source = reference_source(grader)
        parts |= _definitions(source, exercise.function)
    return HEADER + "\n\n" + "\n\n\n".join(parts.values()) + "\n"


def _definitions(source: str, target: str) -> dict[str, str]:
    """The target of a module text and the helpers that it calls, by name."""
    functions = {n.name: n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef)}
    wanted = {target: functions[target]}
    waiting = [target]
    while waiting:
        for node in ast.walk(functions[waiting.pop()]):
            name = node.id if isinstance(node, ast.Name) else ""
            if name in functions and name not in wanted:
                wanted[name] = functions[name]
                waiting.append(name)
    return {name: ast.unparse(_bare(node)) for name, node in reversed(wanted.items())}


def _without_docstrings(source: str) -> str:
    tree = ast.parse(source)
    tree.body = [_bare(node) if isinstance(node, ast.FunctionDef) else node for node in tree.body[1:]]
    return ast.unparse(tree) + "\n"


def _bare(node: ast.FunctionDef) -> ast.FunctionDef:
    if ast.get_docstring(node) is not None:
        node.body = node.body[1:]
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
