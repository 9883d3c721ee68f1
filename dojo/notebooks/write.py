"""Cells as a notebook file with nbgrader's metadata (its schema 3).

Plain JSON rather than `nbformat`, whose import takes longer than writing all the notebooks of a course. The
tests validate what is written with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from dojo.notebooks.cells import Cell

_KERNEL = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def notebook(cells: Iterable[Cell]) -> dict[str, Any]:
    """The notebook as plain data. The same cells make the same notebook, to the byte."""
    return {"cells": [_cell(cell) for cell in cells], "metadata": _KERNEL, "nbformat": 4, "nbformat_minor": 5}


def text_of(book: dict[str, Any]) -> str:
    """A notebook as the text of its file, in the layout that Jupyter itself uses."""
    return json.dumps(book, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _cell(cell: Cell) -> dict[str, Any]:
    is_code = cell.role != "text"
    made: dict[str, Any] = {
        "cell_type": "code" if is_code else "markdown",
        "id": cell.name,
        "metadata": {"nbgrader": _metadata(cell)} | _editor(cell),
        "source": cell.source.splitlines(keepends=True),
    }
    return made | ({"execution_count": None, "outputs": []} if is_code else {})


def _metadata(cell: Cell) -> dict[str, Any]:
    """What nbgrader wants to know: see "Metadata format" in its documentation."""
    flags = {
        "schema_version": 3,
        "grade_id": cell.name,
        "grade": cell.role == "check",
        "solution": cell.role == "answer",
        "locked": cell.role != "answer",
        "task": False,
    }
    return flags | ({"points": cell.points} if cell.role == "check" else {})


def _editor(cell: Cell) -> dict[str, bool]:
    """Advice to editors; that locked cells are as they were is seen to when they are graded."""
    return {"deletable": False} | ({} if cell.role == "answer" else {"editable": False})
