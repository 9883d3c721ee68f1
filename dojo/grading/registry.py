"""Finding the graders of a course: one Grader for each exercise, bound to its reference."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from types import ModuleType

from dojo.course import Course, Exercise
from dojo.grading.grader import Grader
from dojo.grading.hidden import Added, merged


class GradersMissing(Exception):
    """Graders and manifest disagree: one line for each problem."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


def load(
    course: Course, exercises: Iterable[Exercise] | None = None, hidden: Added | None = None
) -> dict[str, Grader]:
    """The graders of these exercises (default: all), by id. Raises GradersMissing, HiddenError.

    hidden: what a folder of hidden graders adds to them.
    """
    graders: dict[str, Grader] = {}
    problems: list[str] = []
    for exercise in course.exercises if exercises is None else exercises:
        path = course.path("graders", exercise.id)
        found = _in_file(path).get(exercise.id) if path.is_file() else None
        if found is None:
            problems.append(f"{path}: there is no grader for the exercise {exercise.id!r}")
            continue
        reference = getattr(trusted_module(course.reference(exercise.id)), exercise.function)
        more = (hidden or {}).get(exercise.id)
        graders[exercise.id] = merged(found, more, reference) if more else found.bind(reference)
    if problems:
        raise GradersMissing(problems)
    return graders


def graders_of(module: ModuleType) -> list[Grader]:
    """The graders that a grader file made, in order."""
    made = [
        value
        for value in vars(module).values()
        if isinstance(value, Grader) and value.file == module.__file__
    ]
    return list({id(grader): grader for grader in made}.values())


def _in_file(path: Path) -> dict[str, Grader]:
    return {grader.id: grader for grader in graders_of(trusted_module(path))}


@cache
def trusted_module(path: Path) -> ModuleType:
    """Import one of our own files by its path, under a name that no installed package has."""
    name = f"_dojo_{path.parent.parent.name}_{path.parent.name}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
