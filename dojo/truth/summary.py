"""The figures as a table between two marks of a Markdown file, which so shows what was measured."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from dojo.truth.figures import Figures
from dojo.truth.overall import lines

BEGIN, END = "<!-- truth: made by `dojo course truth --summary` -->", "<!-- end of truth -->"
HEADS = "unit", "exercises", "mutants", "killed", "equivalent", "survive", "wrong versions", "right versions"
_BETWEEN = re.compile(f"{re.escape(BEGIN)}\n.*?{re.escape(END)}", re.DOTALL)


def summary(found: Sequence[Figures], head: Mapping[str, Any]) -> str:
    """The figures of all exercises together, and a row for each unit. `head` says what was measured."""
    rows = [f"| {line.name} | {line.value} | {line.target} |" for line in lines(found)]
    units = [_unit(unit, list(group)) for unit, group in groupby(found, key=lambda f: f.unit)]
    return "\n".join(
        [
            ", ".join(f"{key} {value}" for key, value in head.items()) + ":",
            "",
            "| figure | value | to be reached |",
            "| --- | --- | --- |",
            *rows,
            "",
            f"| {' | '.join(HEADS)} |",
            "| --- " * len(HEADS) + "|",
            *units,
        ]
    )


def _unit(unit: str, group: Sequence[Figures]) -> str:
    numbers = [
        len(group),
        sum(f.made for f in group),
        sum(f.killed for f in group),
        sum(len(f.equivalent) for f in group),
        sum(len(f.survivors) for f in group),
        sum(len(f.matrix) for f in group),
        sum(f.right for f in group),
    ]
    return f"| `{unit}` | " + " | ".join(f"{number:,}" for number in numbers) + " |"


def put(path: Path, text: str) -> str:
    """A file's text with another text between its marks. Raises ValueError where it has none, OSError."""
    old = path.read_text(encoding="utf-8")
    if len(_BETWEEN.findall(old)) != 1:
        raise ValueError(f"there is no place for the table, which is a line {BEGIN} and one {END}.")
    return _BETWEEN.sub(lambda found: f"{BEGIN}\n{text}\n{END}", old)
