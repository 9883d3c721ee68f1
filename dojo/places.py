"""Where the lines of a module text come from, if not from a file of that name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_LINE = re.compile(r"\b([Ll]ine) (\d+)\b")


@dataclass(frozen=True)
class Place:
    """The lines from `first` to `last`, counted from 1, are the cell `cell` of a notebook."""

    first: int
    last: int
    cell: str


def located(message: str, places: Sequence[Place]) -> str:
    """`message` with a module's line put as a line of its cell.

    Only up to the first colon: what follows may be quoted from the student, who can mean any line.
    """
    head, colon, rest = message.partition(":")
    if not places or "the cell " in head.lower():  # which it names already
        return message
    return _LINE.sub(lambda match: _in_cell(match, places), head) + colon + rest


def _in_cell(match: re.Match[str], places: Sequence[Place]) -> str:
    line = int(match[2])
    for place in places:
        if place.first <= line <= place.last:
            return f"{match[1]} {line - place.first + 1} of the cell {place.cell}"
    return match[0]
