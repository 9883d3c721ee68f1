"""`dojo course check`: do manifest, stubs, solutions, handouts and graders say the same?

Everything here is the course's own and trusted, so solutions are imported and their examples run.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

from dojo.course import MANIFEST, Course, CourseError, Exercise
from dojo.doctests import failing_examples
from dojo.gradercheck import Load, grader_problems
from dojo.plots.registry import FILE
from dojo.plots.registry import load as load_plots
from dojo.regions import Definition, definitions
from dojo.stubs import StubError, module_stub, stub_files


def check(course: Course, load_graders: Load | None = None) -> list[str]:
    """Every disagreement in the course, one line each with file and key; an empty list if there is none.

    The manifest is valid already (`dojo.course.load`). Slow: it imports torch and all graders.
    """
    problems = []
    for path, first in stub_files(course).items():
        problems += _stub(course, path, first)
    problems += _strays(course)
    for exercise in course.exercises:
        problems += _order(course, exercise) + _handout(course, exercise) + _solution(course, exercise)
    for _, first in stub_files(course).items():
        solution = course.path("solutions", first)
        problems += [f"{solution.relative_to(course.root)}:{line}" for line in failing_examples(solution)]
    problems += grader_problems(course, load_graders) + _plots(course)
    return list(dict.fromkeys(problems))  # an import that several exercises share is one mistake


def _stub(course: Course, path: Path, first: str) -> list[str]:
    """The committed stub is the one that its solution yields; another signature is named as such."""
    try:
        stub = module_stub(course, first)
    except StubError as error:
        return [str(error)]
    name = path.relative_to(course.root)
    if not path.is_file():
        return [f"{name}: is missing; `dojo stubs` writes it."]
    old = path.read_bytes()
    if old.replace(b"\r\n", b"\n") == stub.encode():
        return []
    try:
        ours = definitions(old)
    except (SyntaxError, ValueError) as error:
        return [f"{name}: is not valid Python ({error}); `dojo stubs` writes it anew."]
    theirs = definitions(course.path("solutions", first).read_bytes())
    module = course.exercise(first).module
    differing = [
        f"{name}:{ours[e.function].lineno}: {e.id}: the signature is not the solution's; see `dojo stubs`."
        for e in course.unit_of(first).exercise
        if e.module == module
        and e.function in ours
        and _signature(ours[e.function]) != _signature(theirs[e.function])
    ]
    return differing or [f"{name}: differs from the stub of its solution; `dojo stubs` writes it anew."]


def _signature(node: Definition) -> object:
    if isinstance(node, ast.ClassDef):
        return {part.name: _signature(part) for part in node.body if isinstance(part, Definition)}
    return ast.dump(node.args), node.returns and ast.dump(node.returns)


def _strays(course: Course) -> list[str]:
    """Modules that no exercise is in: forgotten in the manifest, or left over."""
    problems = []
    for tree, prefix in (("solutions", ""), ("exercises", ""), ("graders", "test_")):
        for unit in course.units:
            known = {f"{prefix}{e.module}.py" for e in unit.exercise}
            for path in sorted((course.root / tree / unit.id).glob(f"{prefix}*.py")):
                if path.name not in known and not path.name.startswith(("_", "conftest")):
                    name = path.relative_to(course.root)
                    problems.append(f"{name}: no exercise of unit {unit.id} in {MANIFEST} has this module.")
    return problems


def _plots(course: Course) -> list[str]:
    """Every plot is one of an exercise's."""
    try:
        load_plots(course)
    except CourseError as error:
        return error.problems
    except Exception as error:  # the plots' own code runs here, and may do anything
        return [f"graders: a {FILE} cannot be loaded: {type(error).__name__}: {error}"]
    return []


def _order(course: Course, exercise: Exercise) -> list[str]:
    ids = [e.id for e in course.exercises]
    late = [need for need in exercise.needs if ids.index(need) > ids.index(exercise.id)]
    key = f"unit[{course.unit_of(exercise.id).id}].exercise[{exercise.id}].needs"
    return [f"{MANIFEST}: {key}: {need!r} comes later in the course than {exercise.id!r}." for need in late]


def _handout(course: Course, exercise: Exercise) -> list[str]:
    """Each exercise has its paragraph: a heading `### id` with text below."""
    name = Path("exercises", course.unit_of(exercise.id).id, "README.md")
    try:
        text = (course.root / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        return [f"{name}: the handout of the unit is missing."]
    found = re.search(rf"^### +`?{exercise.id}\b.*\n((?:(?!#{{1,3}} ).*\n?)*)", text, re.MULTILINE)
    if not found:
        return [f"{name}: {exercise.id}: there is no paragraph under a heading `### {exercise.id}`."]
    return [] if found[1].strip() else [f"{name}: {exercise.id}: there is no text under its heading."]


def _solution(course: Course, exercise: Exercise) -> list[str]:
    """The reference has a docstring and keeps the rules that students have to keep."""
    # These import torch, which takes seconds that the other commands need not wait for.
    from dojo.rules.check import violations
    from dojo.rules.source import needed_by, parse

    path = course.path("solutions", exercise.id)
    name = path.relative_to(course.root)
    text = path.read_text(encoding="utf-8")
    node = definitions(text)[exercise.function]
    problems = [] if ast.get_docstring(node) else [f"{name}:{node.lineno}: {exercise.id}: has no docstring."]
    statements = needed_by(parse(text), exercise.function)
    rules, imports = course.rules(exercise.id), course.defaults.imports
    broken = violations(statements, rules, imports, own_gradients=True)  # a grader decides that for students
    return problems + [f"{name}:{v.line}: the solution breaks a rule: {v.message}" for v in broken]
