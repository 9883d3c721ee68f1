"""What several commands need: the course we are in, the exercises that words name, the past."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from dojo.cli.errors import UsageError, say
from dojo.course import Course, Exercise, find_root, load
from dojo.editions import is_edition
from dojo.history import History, Past


def open_course(engine: Any = None) -> Course:
    """The course that the current folder is in; a warm engine has read it already. Raises CourseError."""
    root = find_root(Path.cwd())
    known = getattr(engine, "course", None)
    return known if isinstance(known, Course) and known.root == root else load(root)


def select(course: Course, names: Iterable[str]) -> list[Exercise]:
    """The exercises that these words name, in teaching order; all of them where there is no word."""
    wanted: set[str] = set()
    for name in names:
        try:
            wanted |= {exercise.id for exercise in course.find(name)}
        except LookupError as error:
            raise UsageError(str(error.args[0] if error.args else error)) from None
    return [e for e in course.exercises if e.id in wanted] if wanted else course.exercises


def one(course: Course, name: str | None, past: Past) -> Exercise:
    """The single exercise that a word names; without a word the last one tried, or the next."""
    from dojo.views.overview import next_exercise

    if name is None:
        latest = past.latest
        if latest and latest.verdict != "passed" and latest.exercise in {e.id for e in course.exercises}:
            return course.exercise(latest.exercise)
        return next_exercise(course, past.passed) or course.exercises[-1]
    found = select(course, [name])
    if len(found) > 1:
        some = ", ".join(e.id for e in found[:3]) + (", ..." if len(found) > 3 else "")
        raise UsageError(f"{name!r} names {len(found)} exercises ({some}). Name one of them.")
    return found[0]


def past_of(course: Course) -> tuple[History, Past]:
    """The student's history; an unreadable one counts as empty and is mentioned."""
    history = History(course.root)
    try:
        return history, history.read()
    except OSError as error:
        say(f"The history {history.path} cannot be read ({error.strerror}); it counts as empty for now.")
        return history, Past()


def authors_only(command: str) -> None:
    """Raises UsageError in an edition, which lacks what this command of authors works on."""
    root = find_root(Path.cwd())
    if is_edition(root):
        raise UsageError(
            f"{root} is an edition without solutions, and `{command}` needs them: run it in the course."
        )
