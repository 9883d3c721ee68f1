"""Finding the plots of a course: functions in graders/UNIT/plots.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dojo.course import Course
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
    """All plots of the course by name, in teaching order. Raises ValueError where one has no exercise."""
    from dojo.grading.registry import trusted_module

    ids = {exercise.id for exercise in course.exercises}
    found: dict[str, Plot] = {}
    for unit in course.units:
        path = course.root / "graders" / unit.id / FILE
        if not path.is_file():
            continue
        for value in vars(trusted_module(path)).values():
            if not isinstance(value, Plot):
                continue
            if value.exercise not in ids or value.name in found:
                raise ValueError(f"{path}: the plot {value.name} has no exercise, or its name is taken")
            found[value.name] = value
    return found
