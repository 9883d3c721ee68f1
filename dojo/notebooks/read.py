"""A student's notebook read back as the modules that are graded. Nothing of it runs, and no kernel starts.

What counts is the text of the answer cells and of the cells that the student has added. What the course gives
comes from the course: a locked cell that was edited or deleted changes nothing.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dojo.course import Course, Unit
from dojo.notebooks.cells import SETUP, answer_cell, given_cell
from dojo.notebooks.layout import given_code
from dojo.notebooks.raw import RawCell, cell_name, source_of
from dojo.notebooks.slicing import Part, needed, parts
from dojo.places import Place
from dojo.rules.source import SourceError, decode, keep_only, parse
from dojo.submission import FILE_LIMIT, Submission, digest_of
from dojo.text import escaped

_MAGIC = re.compile(r"^([ \t]*)[%!].*$|^([ \t]*)\S.*\?$", re.MULTILINE)

# Run in another way, but Python; what other cells with two signs hold is another language.
_PYTHON_MAGIC = re.compile(r"\A\s*%%(?:time|timeit|capture|prun|memit)\b[^\n]*")


@dataclass(frozen=True)
class Module:
    """A module as a notebook has it: "unit/module.py", its text, which lines are whose, and why answers that
    are not in it could not be read, by "unit/module.py:function"."""

    file: str
    content: bytes
    places: tuple[Place, ...]
    broken: dict[str, str]


@dataclass(frozen=True)
class _Piece:
    """A code cell that counts: the module whose section it stands in, its name or number, its statements."""

    module: str
    cell: str
    text: str
    tree: ast.Module
    parts: tuple[Part, ...]


def submission_of(name: str, notebooks: Mapping[str, Sequence[RawCell]], course: Course) -> Submission:
    """The submission that these notebooks make, by the id of their unit; `name` is the student's."""
    notices: list[str] = []
    found = [
        module
        for unit in course.units
        if unit.id in notebooks
        for module in modules(notebooks[unit.id], unit, course, notices)
    ]
    files = {module.file: module.content for module in found}
    places = {module.file: module.places for module in found}
    broken = {key: text for module in found for key, text in module.broken.items()}
    return Submission(name, Path(name), files, digest_of(files, broken), notices, places, broken)


def modules(cells: Sequence[RawCell], unit: Unit, course: Course, notices: list[str]) -> Iterable[Module]:
    """Each module of a unit as the notebook has it.

    notices: gets a sentence for each cell that had to be left out.
    """
    pieces, unread = _pieces(cells, unit, notices)
    for name in dict.fromkeys(e.module for e in unit.exercise):
        mine = [e for e in unit.exercise if e.module == name]
        text, places = _assemble(name, given_code(course, unit, name), pieces, [e.function for e in mine])
        file, content = f"{unit.id}/{name}.py", text.encode()
        broken = {f"{file}:{e.function}": unread[e.id] for e in mine if e.id in unread}
        if len(content) > FILE_LIMIT:
            notices.append(f"{file} would have {len(content):,} bytes; at most {FILE_LIMIT:,} are read.")
        else:
            yield Module(file, content, places, broken)


def _assemble(
    module: str, given: str, pieces: Sequence[_Piece], targets: Sequence[str]
) -> tuple[str, tuple[Place, ...]]:
    """The text of one module: what is given, then whatever its exercises need of the cells, in their order.

    In one notebook two modules may use a name for different things. A module's own cells then come first:
    what other sections call the same is not taken.
    """
    start = _piece(module, given_cell(module), given)
    own = {name for p in [start, *pieces] if p.module == module for part in p.parts for name in part.binds}
    usable = [part for p in pieces for part in p.parts if p.module == module or not part.binds & own]
    chosen = needed([*start.parts, *usable], targets) | set(start.parts)
    lines: list[str] = []
    places: list[Place] = []
    for piece in [start, *pieces]:
        kept = [part.node for part in piece.parts if part in chosen]
        if kept:
            text = piece.text if piece is start else keep_only(piece.text, piece.tree, kept)
            places.append(Place(len(lines) + 1, len(lines) + text.count("\n") + 1, piece.cell))
            lines += [*text.split("\n"), "", ""]
    return "\n".join(lines).rstrip() + "\n", tuple(places)


def _pieces(cells: Sequence[RawCell], unit: Unit, notices: list[str]) -> tuple[list[_Piece], dict[str, str]]:
    """The code cells that count, in order: answers, and what the student has added. And, by exercise, why an
    answer could not be read: that costs no other exercise anything."""
    exercises = {e.id: e for e in unit.exercise}
    answers = {answer_cell(e.id): e for e in unit.exercise}
    locked = {given_cell(e.module): e.module for e in unit.exercise}
    module = unit.exercise[0].module
    pieces: list[_Piece] = []
    unread: dict[str, str] = {}
    for number, cell in enumerate(cells, 1):
        name = cell_name(cell)
        exercise = answers.get(name) or exercises.get(name.partition("-")[0])
        module = exercise.module if exercise else locked.get(name, module)
        is_ours = name not in answers and (name in locked or name in exercises or name == SETUP)
        if cell.get("cell_type") != "code" or is_ours:
            continue
        label = name if name in answers else f"number {number}"
        try:
            pieces.append(_piece(module, label, source_of(cell)))
        except SourceError as error:
            problem = str(error).replace("The file", f"The cell {escaped(label)}")
            if name in answers:
                unread[answers[name].id] = problem
            else:
                notices.append(f"A cell was left out. {problem}")
    return pieces, unread


def _piece(module: str, cell: str, text: str) -> _Piece:
    """Raises SourceError."""
    clean_text, tree = _parsed(text)
    try:
        return _Piece(module, cell, clean_text, tree, parts(tree))
    except SyntaxError as error:
        raise SourceError(f"The file has a syntax error ({error.msg}).") from None
    except (RecursionError, MemoryError, ValueError):
        raise SourceError("The file is nested too deeply to be read.") from None


def _parsed(text: str) -> tuple[str, ast.Module]:
    """A cell's text, without what only IPython understands, and its tree. Raises SourceError."""
    text = decode(text.encode("utf-8", "replace"))
    if text.lstrip().startswith("%%"):
        text = _PYTHON_MAGIC.sub("", text) if _PYTHON_MAGIC.match(text) else ""
    try:
        return text, parse(text)
    except SourceError as problem:
        without = _MAGIC.sub(lambda match: f"{match[1] or match[2] or ''}pass", text)
        try:
            return without, parse(without)
        except SourceError:
            raise problem from None
