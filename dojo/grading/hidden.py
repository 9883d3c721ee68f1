"""Hidden graders: `also("exercise").property("text")` adds a property that students never see."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dojo.course import Course
from dojo.grading.cases import GraderBroken, case_with_answer
from dojo.grading.draw import Structure
from dojo.grading.grader import Grader, Statement
from dojo.grading.properties import smallest
from dojo.grading.values import names_of
from dojo.hidden import MODULE_PREFIX, HiddenError, files

Added = dict[str, list[Statement]]
_adding: ContextVar[Added | None] = ContextVar("adding", default=None)


@dataclass(frozen=True)
class Also:
    """More to check of an exercise that has its grader elsewhere."""

    exercise: str

    def property(self, text: str, *, examples: int = 5) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register a hidden statement about every right answer: written like a public grader's `property`."""

        def register(function: Callable[..., Any]) -> Callable[..., Any]:
            added = _adding.get()
            if added is None:
                raise ValueError("`also` belongs into a folder of hidden graders (`dojo grade --hidden`)")
            mine = added.setdefault(self.exercise, [])
            # A name of its own, so that its examples are drawn anew.
            name = f"hidden {len(mine)} {function.__name__}"
            mine.append(Statement(name, text, function, examples, hidden=True))
            return function

        return register


def also(exercise_id: str) -> Also:
    """In a file of a hidden folder: add properties to an exercise of the module that the file belongs to."""
    return Also(exercise_id)


def read(folder: Path, course: Course) -> Added:
    """The hidden statements of a folder, by exercise. Raises HiddenError with every mistake."""
    known = {
        f"{unit.id}/test_{exercise.module}.py": (unit, exercise.module)
        for unit in course.units
        for exercise in unit.exercise
    }
    found: Added = {}
    problems: list[str] = []
    for name, path in files(folder).items():
        if path.suffix != ".py":
            continue
        if name not in known:
            problems.append(f"{path}: no module of the course has its graders in {name}.")
            continue
        unit, module = known[name]
        ids = {exercise.id for exercise in unit.exercise if exercise.module == module}
        try:
            added = _run(path)
        except Exception as error:  # our own code, which may still be wrong in any way
            problems.append(f"{path}: cannot be loaded: {type(error).__name__}: {error}.")
            continue
        problems += [f"{path}: there is no exercise {i!r} in {name}." for i in added if i not in ids]
        found |= {i: statements for i, statements in added.items() if i in ids}
    if not problems and not found:
        problems.append(f"{folder}: holds no hidden property; its files are called UNIT/test_MODULE.py.")
    if problems:
        raise HiddenError(problems)
    return found


def merged(grader: Grader, more: Iterable[Statement], reference: Callable[..., Any]) -> Grader:
    """A grader that checks these statements too; the given one stays as it is. Raises HiddenError."""
    bound = replace(grader, statements=[*grader.statements, *more]).bind(reference)
    try:
        case, _ = case_with_answer(bound, (Structure(0), smallest(bound)))
    except GraderBroken:
        return bound  # its public properties will say so
    inputs = ", ".join(case.all)
    problems = []
    for statement in bound.statements:
        names = names_of(statement.holds)
        unknown = [name for name in names[1:] if name not in case.all]
        where = f"{inspect.getsourcefile(statement.holds)}: {grader.id}"
        if statement.hidden and unknown:
            problems.append(f"{where}: there is no input {unknown[0]!r}; its inputs are {inputs}.")
        elif statement.hidden and not names:
            problems.append(f"{where}: a property takes `answer` or `student` first, then any of {inputs}.")
    if problems:
        raise HiddenError(problems)
    return bound


def _run(path: Path) -> Added:
    """Run one file; what it adds. Raises whatever it raises, and ValueError for what it should not hold."""
    added: Added = {}
    name = f"{MODULE_PREFIX}{path.parent.name}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    token = _adding.set(added)
    try:
        spec.loader.exec_module(module)
    finally:
        _adding.reset(token)
    strangers = [n for n, v in vars(module).items() if isinstance(v, Grader) and v.file == str(path)]
    if strangers:
        raise ValueError(f"{strangers[0]} is a grader of its own, and hidden graders only add properties")
    return added
