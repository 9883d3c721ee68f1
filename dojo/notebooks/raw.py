"""The cells of a notebook file as they are: plain JSON, their names, their texts, and whose unit they are."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dojo.course import Course, Unit
from dojo.notebooks.cells import ANSWER

MOST_CELLS = 5_000
MOST_CODE = 1_000_000  # characters of all code cells; a whole unit with its answers has a hundred thousand
_DEFINED = re.compile(r"^(?:def|class)\s+(\w+)", re.MULTILINE)

RawCell = Mapping[str, Any]


class NotebookError(Exception):
    """A notebook that cannot be read at all: one sentence without its name."""


def parse_notebook(content: bytes) -> list[RawCell]:
    """The cells of a notebook file. Raises NotebookError."""
    try:
        book = json.loads(content)
    except (ValueError, RecursionError):
        raise NotebookError("is no notebook: it is not valid JSON.") from None
    cells = book.get("cells") if isinstance(book, dict) else None
    if not isinstance(cells, list) or len(cells) > MOST_CELLS:
        raise NotebookError("is no notebook of version 4: open it in Jupyter and save it again.")
    kept: list[RawCell] = [cell for cell in cells if isinstance(cell, dict)]
    if sum(len(source_of(cell)) for cell in kept if cell.get("cell_type") == "code") > MOST_CODE:
        raise NotebookError(f"has more than {MOST_CODE:,} characters of code.")
    return kept


def unit_of(cells: Sequence[RawCell], stem: str, course: Course) -> Unit | None:
    """The unit that a notebook belongs to: by its file's name, or by the answers in it, whose cells may have
    lost their names."""
    by_name = next((unit for unit in course.units if unit.id == stem), None)
    if by_name is not None:
        return by_name
    answers = {cell_name(cell).removesuffix(ANSWER) for cell in cells if cell_name(cell).endswith(ANSWER)}
    defined = {name for cell in cells for name in _DEFINED.findall(source_of(cell))}

    def found(unit: Unit) -> tuple[int, int]:
        return sum(e.id in answers for e in unit.exercise), sum(e.function in defined for e in unit.exercise)

    best = max(course.units, key=found)
    return best if any(found(best)) else None


def cell_name(cell: RawCell) -> str:
    """What a cell is called: nbgrader's name for it, or else its id, or else nothing."""
    metadata = cell.get("metadata")
    own = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    for name in (own.get("grade_id") if isinstance(own, dict) else None, cell.get("id")):
        if isinstance(name, str):
            return name
    return ""


def source_of(cell: RawCell) -> str:
    """The text of a cell, which a file may hold as a list of lines."""
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""


def load(path: Path) -> list[RawCell]:
    """The cells of a notebook of our own. Raises NotebookError or OSError."""
    return parse_notebook(path.read_bytes())
