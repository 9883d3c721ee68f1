"""How `nbgrader autograde` reads what was submitted: any notebook that has cells, and nothing but their text.

nbgrader's own way validates and converts first, and one odd key or an old format costs the whole submission.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import from_dict

from dojo.nbgrader.calm import calm
from dojo.notebooks.raw import NotebookError, RawCell, cell_name, parse_notebook, source_of
from dojo.reading import LeftOutError, read_once
from dojo.submission import NOTEBOOK_LIMIT
from dojo.text import escaped


class Reader(NotebookExporter):
    """`c.Autograde.exporter_class`."""

    def from_filename(self, filename: str, resources: Any = None, **kw: Any) -> tuple[Any, Any]:
        """Read a notebook and run the preprocessors on it.

        Raises NotebookError for a submission that is none, which costs this submission only.
        """
        calm(self.log)
        path = Path(filename)
        if self._is_ours(path, resources):
            return super().from_filename(filename, resources, **kw)
        try:
            cells = read_cells(path)
        except NotebookError as error:
            student = (resources or {}).get("nbgrader", {}).get("student", "")
            raise NotebookError(f"{escaped(student)}: {path.name} {error}") from None
        about = dict(resources or {})
        about["metadata"] = {"name": path.stem, "path": str(path.parent)}
        return self.from_notebook_node(from_dict(_bare(cells)), about, **kw)

    def _is_ours(self, path: Path, resources: Any) -> bool:
        """Whether this is the second pass, over what the first has written."""
        coursedir = getattr(self.parent, "coursedir", None)
        if coursedir is None or not resources:
            return False
        about = resources["nbgrader"]
        return path.parent == Path(
            coursedir.format_path(coursedir.autograded_directory, about["student"], about["assignment"])
        )


def read_cells(path: Path) -> list[RawCell]:
    """The cells of a submitted notebook, as they are. No link is followed. Raises NotebookError."""
    try:
        content = read_once(path.parent.parent, path.parent.name, path.name, NOTEBOOK_LIMIT)
    except LeftOutError as problem:
        raise NotebookError(str(problem)) from None
    if content is None:
        raise NotebookError("is not there.")
    return parse_notebook(content)


def _bare(cells: Sequence[RawCell]) -> dict[str, Any]:
    """A valid notebook with the types, names and texts of these cells: all that `Sanitize` goes by."""
    made = []
    for number, cell in enumerate(cells):
        kind = cell.get("cell_type")
        name = cell_name(cell)
        bare = {
            "cell_type": kind if kind in ("code", "markdown") else "raw",
            "id": f"cell-{number}",
            "metadata": {"nbgrader": {"grade_id": name}} if name else {},
            "source": source_of(cell),
        }
        made.append(bare | ({"execution_count": None, "outputs": []} if kind == "code" else {}))
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made}
