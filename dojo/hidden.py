"""A folder of hidden graders: properties that official grading checks beside the public ones and never shows.

The folder has the tree of `graders/` and lies where no student gets it: its files say `also` (see
`dojo/grading/hidden.py`). Of a failure nothing is told but that there is one, for records may be handed back:
no text, input or answer, nothing that the student's code printed or raised, not how long it took.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from dojo.course import Course
from dojo.verdict import ExerciseResult, Verdict

PROPERTY = "A property that is not shown."
MESSAGE = "A property that is not shown does not hold."
MODULE_PREFIX = "_dojo_hidden_"  # of the names under which its files are imported
HANDED_OUT = ("exercises", "graders", "stubs", "data", "dojo")  # what a release takes from a course


class HiddenError(Exception):
    """Hidden graders that cannot be used: one line for each problem."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class Unshown(Exception):
    """The kit failed in a property that is not shown. The text gives nothing of it away but a line."""


def place(folder: Path, course: Course) -> Path:
    """The folder, absolute, if it may hold hidden graders of this course. Raises HiddenError."""
    where, root = folder.resolve(), course.root.resolve()
    if not where.is_dir():
        raise HiddenError([f"{folder}: there is no such folder of hidden graders."])
    for name in HANDED_OUT:
        if where == root / name or root / name in where.parents:
            raise HiddenError([f"{folder} lies in {name}/, which students get: keep it elsewhere."])
    if where == root or where in root.parents:
        raise HiddenError([f"{folder} holds the course itself: name the folder of hidden graders alone."])
    return where


def files(folder: Path) -> dict[str, Path]:
    """Every file in the folder by its name there, but for what Python compiles."""
    return {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def unshown_fault(error: BaseException) -> Unshown:
    """What may be told of a fault of the kit or of a hidden grader: its kind, and where it happened."""
    lines = [
        frame.tb_lineno
        for frame in _frames(error)
        if frame.tb_frame.f_globals.get("__name__", "").startswith(MODULE_PREFIX)
    ]
    at = f" in line {lines[-1]} of its file" if lines else ""
    return Unshown(f"{type(error).__name__}{at}, in a property that is not shown")


def _frames(error: BaseException) -> Iterator[TracebackType]:
    frame = error.__traceback__
    while frame is not None:
        yield frame
        frame = frame.tb_next


def unshown(result: ExerciseResult) -> ExerciseResult:
    """What may be told of a failed hidden property, given the result that a public one would have had."""
    return ExerciseResult(
        result.id, result.unit, Verdict.FAILED, 0, result.max_points, MESSAGE, property=PROPERTY
    )
