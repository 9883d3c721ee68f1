"""The newest text of every cell: as it was run, or as it was saved since.

Editors name cells differently: Jupyter by the ids of the file, VS Code by addresses of its own, others not
at all. Where there is no common name, a cell is known by its text, or by the names that it defines.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from dojo.notebooks.live import Run

_DEFINED = re.compile(r"^(?:(?:async[ \t]+)?def|class)[ \t]+(\w+)|^(\w+)[ \t]*(?::[^=\n]+)?=(?!=)", re.M)
_CELL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")  # what the notebook format allows


@dataclass(frozen=True)
class Live:
    """A cell of the notebook as it is now, as plain JSON. `was_run`: with this very text, in this kernel."""

    cell: dict[str, Any]
    was_run: bool


@lru_cache(maxsize=4096)
def defined(source: str) -> frozenset[str]:
    """The names that a text defines at its margin, whether or not all of it can be parsed."""
    return frozenset(first or second for first, second in _DEFINED.findall(source))


def newest(cells: Sequence[dict[str, Any]], when: float, runs: Sequence[Run]) -> list[Live]:
    """The notebook as it is now, from the cells that were saved at the time `when` and those that were run.

    A cell that was run and is not in a file saved later was deleted. One that is not in an older file is
    new, and stands behind the cell that was run before it.
    """
    names = _names(runs)
    places = _places(cells, runs, names)
    now = [Live(cell, was_run=False) for cell in cells]
    new: dict[str, tuple[int, Live]] = {}  # by name: behind which saved cell, -1 is the top
    behind = -1
    for run, name in zip(runs, names, strict=True):
        place = places.get(name)
        if place is not None:
            now[place] = _later(cells[place], when, run)
            behind = place
        elif run.time > when:
            new[name] = new.get(name, (behind,))[0], Live(code_cell(name, run.source), was_run=True)
    made: list[Live] = []
    for place in range(-1, len(cells)):
        made += [now[place]] if place >= 0 else []
        made += [live for where, live in new.values() if where == place]
    return made


def _later(cell: dict[str, Any], when: float, run: Run) -> Live:
    if run.time > when:
        return Live({**code_cell(cell.get("id", ""), run.source), **_about(cell)}, was_run=True)
    return Live(cell, was_run=cell["source"] == run.source)


def code_cell(name: str, source: str) -> dict[str, Any]:
    """A code cell that has not been run, as plain JSON."""
    made = {"cell_type": "code", "id": name, "metadata": {}, "source": source}
    return made | {"execution_count": None, "outputs": []}


def _about(cell: dict[str, Any]) -> dict[str, Any]:
    return {key: cell[key] for key in ("id", "metadata") if key in cell}


def _names(runs: Sequence[Run]) -> list[str]:
    """A name for the cell of each run: its id, or a made-up one for all runs that are of the same cell."""
    made: list[str] = []
    nameless: dict[str, Run] = {}  # the last run of each cell without an id, by its made-up name
    for i, run in enumerate(runs):
        if run.cell is not None and _CELL_ID.fullmatch(run.cell):
            name = run.cell
        elif run.cell is not None:
            name = "cell-" + hashlib.sha256(run.cell.encode("utf-8", "replace")).hexdigest()[:16]
        else:
            same = (name for name, earlier in nameless.items() if _replaces(run, earlier))
            name = next(same, f"run-{i + 1}")
            nameless[name] = run
        made.append(name)
    return made


def _replaces(run: Run, earlier: Run) -> bool:
    """Whether nothing of an earlier run is left after this one."""
    names = defined(earlier.source)
    return run.source == earlier.source or (bool(names) and names <= defined(run.source))


def _places(cells: Sequence[dict[str, Any]], runs: Sequence[Run], names: list[str]) -> dict[str, int]:
    """Which saved cell each name means: that with the same id, else the same text, else the same names."""
    ids = {cell["id"]: place for place, cell in enumerate(cells) if "id" in cell}
    told = any(run.cell in ids for run in runs)  # the editor calls cells as the file does
    texts = {cell["source"].strip(): place for place, cell in reversed([*enumerate(cells)])}
    found: dict[str, int] = {}
    behind = -1
    for run, name in zip(runs, names, strict=True):
        place: int | None = None
        if run.cell in ids:
            place = ids[str(run.cell)]
        elif run.cell is None or not told:
            place = texts.get(run.source.strip(), found.get(name))
            place = _alike(cells, run, behind) if place is None else place
        if place is not None:
            found[name] = behind = place
    return found


def _alike(cells: Sequence[dict[str, Any]], run: Run, behind: int) -> int | None:
    """The saved cell that shares the most names with what was run, if one shares any.

    Of several, the next one below the cell `behind`: notebooks are run from top to bottom.
    """
    names = defined(run.source)
    shared = [len(names & defined(cell["source"])) * (cell["cell_type"] == "code") for cell in cells]
    best = [place for place, count in enumerate(shared) if count and count == max(shared)]
    return next((place for place in best if place > behind), best[-1] if best else None)
