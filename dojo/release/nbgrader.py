"""`dojo release nbgrader`: the folder of an nbgrader course, with a notebook for each unit.

What is made here is the instructor's and holds the solutions; `nbgrader generate_assignment` makes of it what
students get.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from dojo.cli.common import authors_only, open_course
from dojo.cli.errors import PASSED, UsageError, say, write
from dojo.course import Course, Unit
from dojo.keep import copy_beside
from dojo.nbgrader.config import KEY_FILE, config_text
from dojo.notebooks.layout import unit_cells
from dojo.notebooks.write import notebook, text_of
from dojo.regions import StubError
from dojo.submission import NOTEBOOK
from dojo.text import plural
from dojo.verdict import write_atomically

CONFIG = "nbgrader_config.py"
SOURCE = "source"
REPLACED = "replaced"  # nbgrader hands out all that lies in source/, so no copy may stay there

_NEXT = (
    "Next, in {folder}: `nbgrader generate_assignment {unit}`, `nbgrader release_assignment {unit}`.",
    "docs/instructors.md has the whole way, from there to returned feedback.",
)


def run(args: argparse.Namespace) -> int:
    """Write the notebooks of these units, and beside them what nbgrader needs. Returns 0."""
    authors_only("dojo release nbgrader")
    course = open_course()
    units = _units(course, args.names)
    folder = Path(args.output)
    try:
        for line in release(course, units, folder):
            write(line)
    except StubError as error:
        raise UsageError(f"A notebook cannot be made of the course: {error}") from None
    except OSError as error:
        raise UsageError(f"{error.filename or folder} cannot be written: {error.strerror}.") from None
    for line in _NEXT:
        write(line.format(folder=folder, unit=units[0].id))
    return PASSED


def release(course: Course, units: Iterable[Unit], folder: Path) -> list[str]:
    """Make `folder` a course for nbgrader with these units: a line for each file that was written.

    All notebooks are made before the first is written. Raises StubError or OSError.
    """
    books = {unit: text_of(notebook(unit_cells(course, unit))) for unit in units}
    folder.mkdir(parents=True, exist_ok=True)
    lines = [_put_notebook(folder, unit, text) for unit, text in books.items()]
    if not (folder / CONFIG).exists():
        write_atomically(folder / CONFIG, config_text(course, folder))
        lines.append(f"{CONFIG}: written; where the exchange is, and all else of nbgrader's, is set there.")
    if not (folder / KEY_FILE).exists():
        _put_key(folder / KEY_FILE)
        lines.append(f"{KEY_FILE}: written; official grading draws its examples from it, so keep it secret.")
    return lines


def _units(course: Course, names: list[str]) -> list[Unit]:
    known = {unit.id: unit for unit in course.units}
    for name in names:
        if name not in known:
            raise UsageError(f"There is no unit {name!r}. The units are {', '.join(known)}.")
    return [known[name] for name in dict.fromkeys(names or known)]


def _put_notebook(folder: Path, unit: Unit, text: str) -> str:
    name = unit.id + NOTEBOOK
    path = folder / SOURCE / unit.id / name
    path.parent.mkdir(parents=True, exist_ok=True)
    old = path.read_bytes() if path.exists() else None
    if old == text.encode():
        return f"{name}: as it was."
    points = plural(sum(e.points for e in unit.exercise), "point")
    line = f"{name}: {plural(len(unit.exercise), 'exercise')}, {points}"
    if old is not None:
        (folder / REPLACED).mkdir(exist_ok=True)
        copy = copy_beside(folder / REPLACED / name, old)
        line += f"; the notebook as it was is {REPLACED}/{copy.name}"
        _warn_of_changed_cells(name, old, text)
    write_atomically(path, text)
    return line + "."


def _warn_of_changed_cells(name: str, old: bytes, new: str) -> None:
    before, after = _check_cells(old), _check_cells(new)
    if before is not None and before != after:
        say(
            f"{name}: exercises or points are others than before. Once students have handed in, nbgrader "
            "takes no assignment with other cells; and where only points changed, grade everybody again."
        )


def _check_cells(text: str | bytes) -> dict[str, int] | None:
    """The points of each check cell by its name; None for what is no notebook of ours."""
    try:
        cells = [cell["metadata"].get("nbgrader", {}) for cell in json.loads(text)["cells"]]
        return {cell["grade_id"]: cell["points"] for cell in cells if cell.get("grade")}
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _put_key(path: Path) -> None:
    """A new secret key that nobody else can read, whole or not at all."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32) + "\n")
        file.flush()
        os.fsync(file.fileno())
