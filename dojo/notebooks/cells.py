"""The cells of a unit's notebook as plain data, and how they are called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["text", "setup", "given", "answer", "check"]

SETUP = "setup"
ANSWER, GIVEN, TEXT = "-answer", "-given", "-text"  # an id never holds a hyphen, so these are never one
NAME_LIMIT = 64  # characters of a cell's id in the notebook format


@dataclass(frozen=True)
class Cell:
    """One cell. `name` is its id and nbgrader's `grade_id`; `points` are those of a check cell."""

    role: Role
    name: str
    source: str
    points: int = 0


def answer_cell(exercise_id: str) -> str:
    """The name of the cell that a student writes an exercise's answer in."""
    return exercise_id + ANSWER


def given_cell(module: str) -> str:
    """The name of the locked cell with what a module gives."""
    return module + GIVEN
