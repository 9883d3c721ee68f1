"""The part of `dojo course check` about graders: each exercise has one, and each has its museum."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from dojo.course import MANIFEST, Course, Exercise

Load = Callable[[Path], list[Any]]  # the graders that a file makes, in order


def grader_problems(course: Course, load: Load | None = None) -> list[str]:
    """One line for each exercise without a complete grader, and for each grader without an exercise."""
    problems = []
    for path in dict.fromkeys(course.path("graders", e.id) for e in course.exercises):
        name = path.relative_to(course.root)
        if not path.is_file():
            problems.append(f"{name}: is missing.")
            continue
        try:
            graders = (load or _load)(path)
        except Exception as error:  # the graders' own code runs here, and may do anything
            problems.append(f"{name}: cannot be loaded: {type(error).__name__}: {error}")
            continue
        here = {e.id: e for e in course.exercises if course.path("graders", e.id) == path}
        ids = [grader.id for grader in graders]
        problems += [f"{name}: {i}: no grader has this id." for i in here if i not in ids]
        problems += [f"{name}: {i}: {ids.count(i)} graders have this id." for i in here if ids.count(i) > 1]
        problems += [
            f"{name}: {i}: a grader has this id, but no exercise of this module in {MANIFEST}."
            for i in dict.fromkeys(ids)
            if i not in here
        ]
        for grader in graders:
            if grader.id in here:
                problems += [
                    f"{name}: {grader.id}: {what}" for what in _lacks(course, here[grader.id], grader)
                ]
    return problems


def _load(path: Path) -> list[Any]:
    # Imports torch and hypothesis, which takes seconds that the other commands need not wait for.
    from dojo.grading.registry import graders_of, trusted_module

    return list(graders_of(trusted_module(path)))


def _lacks(course: Course, exercise: Exercise, grader: Any) -> list[str]:
    """What is missing in a grader, or does not fit its reference."""
    from dojo.grading.museum import wrong_source
    from dojo.grading.registry import trusted_module

    problems = []
    if grader.forward is None and grader.oracle is None and not grader.statements:
        problems.append("its grader states no property.")
    if not grader.misconceptions:
        problems.append("its grader has no misconception.")
    if not grader.alternatives:
        problems.append("its grader has no alternative.")
    try:
        bound = grader.bind(getattr(trusted_module(course.path("solutions", exercise.id)), exercise.function))
    except Exception:  # a solution that cannot be imported has a line of its own
        return problems
    for wrong in grader.misconceptions.values():
        try:
            wrong_source(bound, wrong)
        except Exception as error:
            problems.append(f"the misconception {wrong.name} has no source: {error}.")
    return problems
