"""Finding the plots of a course: functions in graders/UNIT/plots.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dojo.course import Course, CourseError
from dojo.plots.figures import Figure

FILE = "plots.py"


@dataclass(frozen=True)
class Plot:
    """A picture of what a student's exercise computes. `draw` gets the student (see `Student`)."""

    name: str
    exercise: str
    title: str
    draw: Callable[[Any], Figure]


def plot(exercise: str, title: str) -> Callable[[Callable[[Any], Figure]], Plot]:
    """Make the decorated function a plot: it calls the student's code and returns a figure.

    exercise: whose code is loaded; the function gets it as a grader does.
    title:    one line that says what is to be seen.
    """

    def make(draw: Callable[[Any], Figure]) -> Plot:
        return Plot(draw.__name__, exercise, title, draw)

    return make


def load(course: Course) -> dict[str, Plot]:
    """All plots of the course by name, in teaching order. Raises CourseError: a line for each mistake."""
    from dojo.grading.registry import trusted_module

    ids = {exercise.id for exercise in course.exercises}
    found: dict[str, Plot] = {}
    problems: list[str] = []
    for unit in course.units:
        path = course.root / "graders" / unit.id / FILE
        if not path.is_file():
            continue
        plots = [value for value in vars(trusted_module(path)).values() if isinstance(value, Plot)]
        where = path.relative_to(course.root)
        problems += [
            f"{where}: {p.name}: there is no exercise {p.exercise!r}." for p in plots if p.exercise not in ids
        ]
        problems += [f"{where}: {p.name}: another plot has this name." for p in plots if p.name in found]
        found |= {p.name: p for p in plots}
    if problems:
        raise CourseError(problems)
    return found
