"""Mutants that are right answers: `graders/UNIT/equivalent.toml` says which, and why, in one sentence each.

[[equivalent]]
exercise = "batchnorm_dvar"
mutants = ["same_kind_of_variable-9fae56fb"]
why = "Both arguments have N rows."

Where the task leaves a design open, and what is made of it is graded, slips in the helpers that the solution
happens to use are other designs. They are not mutated:

[[free]]
exercise = "train_gpt"
names = ["_Block"]
why = "Any model is right that learns."
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from dojo.course import Course
from dojo.toml import TomlError, read_toml

FILE = "equivalent.toml"
LEAST = 20  # characters of a reason


class TruthError(Exception):
    """A file of equivalent mutants that cannot be used: one line for each problem."""


class _Reason(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    exercise: str
    why: str


class Entry(_Reason):
    """Mutants that no grader can reject, for they are right, and why they are."""

    mutants: list[str]


class Free(_Reason):
    """Helpers of a solution that are one design of many."""

    names: list[str]


class Lists(BaseModel):
    """What the files say, of one unit or of all."""

    model_config = ConfigDict(strict=True, extra="forbid")

    equivalent: list[Entry] = []
    free: list[Free] = []

    def free_in(self, exercise: str) -> frozenset[str]:
        """The names of an exercise's helpers that are not mutated."""
        return frozenset(name for entry in self.free if entry.exercise == exercise for name in entry.names)


def read(course: Course) -> Lists:
    """The lists of all units. Raises TruthError with every mistake that shows without the mutants."""
    lists = Lists()
    problems: list[str] = []
    for unit in course.units:
        path = course.root / "graders" / unit.id / FILE
        if not path.is_file():
            continue
        name = path.relative_to(course.root)
        try:
            found = Lists.model_validate(read_toml(path))
        except TomlError as error:
            problems.append(str(error))
            continue
        except ValidationError as error:
            problems += [f"{name}: {_place(e['loc'])}: {e['msg']}." for e in error.errors()]
            continue
        problems += _mistakes(found, {e.id for e in unit.exercise}, name)
        lists.equivalent += found.equivalent
        lists.free += found.free
    if problems:
        raise TruthError("\n".join(problems))
    return lists


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(map(str, location))


def _mistakes(lists: Lists, ids: set[str], name: Path) -> list[str]:
    problems = []
    reasons: list[_Reason] = [*lists.equivalent, *lists.free]
    for entry in reasons:
        what = f"{name}: {entry.exercise}"
        if entry.exercise not in ids:
            problems.append(f"{what}: this unit has no such exercise.")
        if len(entry.why) < LEAST or not entry.why.endswith("."):
            problems.append(f"{what}: `why` has to be a sentence.")
    times = Counter(pairs(lists.equivalent))
    twice = [pair for pair, count in times.items() if count > 1]
    return problems + [f"{name}: {exercise}: {mutant} is listed twice." for exercise, mutant in twice]


def pairs(entries: Iterable[Entry]) -> list[tuple[str, str]]:
    """Exercise and mutant of all entries."""
    return [(entry.exercise, mutant) for entry in entries for mutant in entry.mutants]


def stale(entries: Iterable[Entry], made: Mapping[str, set[str]], killed: set[tuple[str, str]]) -> list[str]:
    """What entries say that is not so, one line each.

    made:   the ids of all mutants of each exercise that was looked at as a whole.
    killed: exercise and id of those that a grader has rejected.
    """
    problems = []
    for exercise, mutant in pairs(entries):
        what = f"{FILE}: {exercise}: {mutant}"
        if exercise in made and mutant not in made[exercise]:
            problems.append(f"{what}: there is no such mutant any more; remove it from the list.")
        elif (exercise, mutant) in killed:
            problems.append(f"{what}: the grader rejects it, so that it is not equivalent.")
    return problems
