"""The notebook that is running, or the script, as a notebook file that can be graded."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from dojo.notebooks.cells import answer_cell
from dojo.notebooks.live import notebook_file, saved_cells, watch
from dojo.notebooks.newest import Live, code_cell, defined, newest
from dojo.toml import read_toml


def live_cells(shell: Any) -> list[Live] | None:
    """The cells of the running notebook; of a script, its text as one cell; None where there is neither."""
    if shell is not None:
        cells, when = saved_cells(notebook_file(shell))
        return newest(cells, when, watch(shell))
    file = getattr(sys.modules.get("__main__"), "__file__", None)
    if file is None or Path(file).suffix != ".py":
        return None
    text = Path(file).read_text(encoding="utf-8", errors="replace")
    return [Live(code_cell("script", text), was_run=True)]


def targets_around(root: Path, exercise: str) -> tuple[str | None, dict[str, str]]:
    """The unit of an exercise, None where it is unknown, and the exercises of that unit by their functions.

    Read from the manifest as it is: whether it is valid is seen to by the command that grades.
    """
    try:
        for unit in read_toml(root / "course.toml")["unit"]:
            found = {e["id"]: e["target"].partition(":")[2] for e in unit["exercise"]}
            if exercise in found:
                return unit["id"], {found[name]: name for name in (*found, exercise)}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        pass
    return None, {}


def with_answers_named(cells: list[Live], targets: Mapping[str, str]) -> list[Live]:
    """The cells, with the names of answer cells for those that define an answer where no cell has its name.

    So editors without names for cells, and answers that were written in a new cell, are understood.
    """
    taken = {name_of(live) for live in cells}
    named = list(cells)
    for function, exercise in targets.items():
        if answer_cell(exercise) in taken:
            continue
        for i in reversed(range(len(named))):
            cell = named[i].cell
            if cell["cell_type"] == "code" and function in defined(cell["source"]):
                named[i] = replace(named[i], cell=cell | {"id": answer_cell(exercise), "metadata": {}})
                break
    return named


def name_of(live: Live) -> str:
    """What a cell is called: by nbgrader, or else by its id, or else nothing."""
    metadata = live.cell.get("metadata")
    own = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = own.get("grade_id") if isinstance(own, dict) else None
    return str(name or live.cell.get("id") or "")


def notebook_text(cells: list[Live]) -> str:
    """The cells as the text of a notebook file."""
    book = {"cells": [live.cell for live in cells], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(book)
