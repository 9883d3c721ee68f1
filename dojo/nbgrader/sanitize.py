"""The first step of `nbgrader autograde`: a submitted notebook is rebuilt from what the gradebook knows.

Nothing of a student's notebook is kept but the text of its cells and which released cell each of them is.
A copied, deleted, retyped or edited cell, a tag or a forged output can then neither stop the run nor change a
score, and nothing in it is live in the browser of whoever grades.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode, from_dict
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

from dojo.nbgrader import harmless
from dojo.nbgrader.book import Expected, expected_cells
from dojo.notebooks.raw import cell_name, source_of
from dojo.text import escaped, plural

SHOWN_LIMIT = 1_000_000  # characters of all cells together; what is beyond is graded, but not shown
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MISSING = "# This cell was missing from the submission."


@dataclass
class Changes:
    """What was not as it had been released, in counts; a course's own cells only."""

    edited: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    copied: list[str] = field(default_factory=list)
    retyped: list[str] = field(default_factory=list)
    not_shown: int = 0

    def sentence(self) -> str:
        """What graders may want to know, or nothing."""
        said = [
            f"{plural(len(names), 'cell')} {what} ({', '.join(names[:4])}{', ...' if len(names) > 4 else ''})"
            for names, what in (
                (self.edited, "of the course edited, as released again"),
                (self.missing, "missing, put back"),
                (self.copied, "copied, the last one counts"),
                (self.retyped, "of another type, put right"),
            )
            if names
        ]
        said += [f"{plural(self.not_shown, 'cell')} not shown for their length"] if self.not_shown else []
        return "; ".join(said)


class Sanitize(NbGraderPreprocessor):  # type: ignore[misc]
    """First of `Autograde.sanitize_preprocessors`: after it there is nothing left to distrust but code."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Rebuild the notebook."""
        about = resources["nbgrader"]
        with Gradebook(about["db_url"]) as gradebook:
            expected = expected_cells(gradebook, about["notebook"], about["assignment"])
        cells = nb.get("cells")
        changes = Changes()
        rebuilt = rebuild(cells if isinstance(cells, list) else [], expected, changes)
        if changes.sentence():
            self.log.info("%s, %s: %s.", escaped(about["student"]), about["notebook"], changes.sentence())
        fresh = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": rebuilt}
        return from_dict(fresh), resources


def rebuild(cells: Sequence[Any], expected: Mapping[str, Expected], changes: Changes) -> list[dict[str, Any]]:
    """The cells of a submission made anew: in their order, the missing ones back in their places."""
    found = [cell for cell in cells if isinstance(cell, Mapping)]
    chosen = _chosen(found, expected, changes)
    made: list[tuple[str | None, dict[str, Any]]] = []
    room = SHOWN_LIMIT
    for number, cell in enumerate(found):
        name = chosen.get(number)
        one = _own(cell, number, expected) if name is None else _known(cell, expected[name], changes)
        room -= len(one["source"])
        if name is None and room < 0:
            changes.not_shown += 1
        else:
            made.append((name, one))
    _put_back(made, expected, changes)
    return [cell for _, cell in made]


def _chosen(
    cells: Sequence[Mapping[str, Any]], expected: Mapping[str, Expected], changes: Changes
) -> dict[int, str]:
    """Which cell, by its number, stands for which released one: of copies the last, one of its type first."""
    places: dict[str, list[int]] = {}
    for number, cell in enumerate(cells):
        name = cell_name(cell)
        if name in expected:
            places.setdefault(name, []).append(number)
    changes.copied += [name for name, where in places.items() if len(where) > 1]

    def is_of_type(number: int, name: str) -> bool:
        return bool(cells[number].get("cell_type") == expected[name].cell_type)

    return {max(where, key=lambda n: (is_of_type(n, name), n)): name for name, where in places.items()}


def _known(cell: Mapping[str, Any], wanted: Expected, changes: Changes) -> dict[str, Any]:
    """A released cell: locked ones as they were, an answer with the student's text."""
    source = source_of(cell)
    if cell.get("cell_type") != wanted.cell_type:
        changes.retyped.append(wanted.name)
    if wanted.locked:
        if source != wanted.source:
            changes.edited.append(wanted.name)
        return _released(wanted, wanted.source)
    is_text = wanted.cell_type != "code" and source != wanted.source
    return _released(wanted, harmless.text(source) if is_text else harmless.code(source))


def _released(wanted: Expected, source: str) -> dict[str, Any]:
    # A name may be longer than the notebook format lets an id be.
    cell_id = wanted.name if _ID.fullmatch(wanted.name) else "released-" + wanted.checksum
    return _cell(wanted.cell_type, cell_id, source, {"nbgrader": wanted.metadata()})


def _own(cell: Mapping[str, Any], number: int, expected: Mapping[str, Expected]) -> dict[str, Any]:
    """A cell that the student has added: code as code, everything else as text."""
    is_code = cell.get("cell_type") == "code"
    cell_id = f"own-{number}"
    while cell_id in expected:
        cell_id += "-"
    source = source_of(cell)
    shown = harmless.code(source) if is_code else harmless.text(source)
    return _cell("code" if is_code else "markdown", cell_id, shown, {})


def _cell(cell_type: str, cell_id: str, source: str, metadata: dict[str, Any]) -> dict[str, Any]:
    made = {"cell_type": cell_type, "id": cell_id, "metadata": metadata, "source": source}
    return made | ({"execution_count": None, "outputs": []} if cell_type == "code" else {})


def _put_back(
    made: list[tuple[str | None, dict[str, Any]]], expected: Mapping[str, Expected], changes: Changes
) -> None:
    """Insert what is graded, and the answers, where they are missing: after what stands before them."""
    names = list(expected)
    for place, name in enumerate(names):
        wanted = expected[name]
        present = {other: number for number, (other, _) in enumerate(made) if other is not None}
        if name in present or not (wanted.points is not None or wanted.solution):
            continue
        changes.missing.append(name)
        before = next((present[other] for other in reversed(names[:place]) if other in present), -1)
        is_answer = wanted.solution and wanted.cell_type == "code"
        made.insert(before + 1, (name, _released(wanted, _MISSING if is_answer else wanted.source)))
