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

from dojo.course import Course, Exercise, Unit
from dojo.notebooks.cells import SETUP, answer_cell, given_cell
from dojo.notebooks.joining import Piece, Sections, assemble, bound_by
from dojo.notebooks.layout import given_code
from dojo.notebooks.raw import RawCell, cell_name, source_of
from dojo.notebooks.slicing import parts
from dojo.places import Place
from dojo.rules.source import SourceError, decode, parse
from dojo.stubs import is_untouched, module_stub
from dojo.submission import FILE_LIMIT, Submission, digest_of
from dojo.text import escaped

MOST_STATEMENTS = 6_000  # at the top level of all cells; each takes a tenth of a millisecond to look at
# What only IPython understands: `%magic`, `x = %magic`, `!command`, `x = !command`, `name?` and `?name`.
_MAGIC = re.compile(
    r"^([ \t]*)(?:(?:\w[\w.,\[\] ]{0,200}=[ \t]*)?(?:%%?[A-Za-z].*|!(?!=).*)"
    r"|\?{1,2}[\w.]+[ \t]*|[%\w.]+\?{1,2}[ \t]*;?)$",
    re.MULTILINE,
)
_TIMED = re.compile(
    r"^([ \t]*)%(?:time|prun)[ \t]+(?=[A-Za-z_])", re.MULTILINE
)  # runs the statement behind it

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
    names = list(dict.fromkeys(e.module for e in unit.exercise))
    given = [_piece(name, given_cell(name), given_code(course, unit, name)) for name in names]
    pieces, unread = _pieces(cells, unit, notices)
    notices += _written_in_vain(cells, unit, given)
    sections = Sections(names, [*given, *pieces])
    for start in given:
        mine = {e.function: e for e in unit.exercise if e.module == start.module}
        others = [piece for piece in given if piece is not start]
        elsewhere = _answered_elsewhere(course, start.module, mine, pieces)
        text, places = assemble(start, [*others, *pieces], sections, list(mine), elsewhere)
        file, content = f"{unit.id}/{start.module}.py", text.encode()
        broken = {f"{file}:{e.function}": unread[e.id] for e in mine.values() if e.id in unread}
        if len(content) > FILE_LIMIT:
            notices.append(f"{file} would have {len(content):,} bytes; at most {FILE_LIMIT:,} are read.")
        else:
            yield Module(file, content, places, broken)


def _answered_elsewhere(
    course: Course, module: str, targets: Mapping[str, Exercise], pieces: Sequence[Piece]
) -> frozenset[str]:
    """The functions of a module that its own section has the stub of, at most, and another one defines."""
    others = bound_by(piece for piece in pieces if piece.module != module)
    own = [part.node for piece in pieces if piece.module == module for part in piece.parts]
    return frozenset(
        name
        for name in others.intersection(targets)
        if all(
            is_untouched(ast.unparse(node), module_stub(course, targets[name].id), name)
            for node in own
            if getattr(node, "name", None) == name
        )
    )


def _pieces(cells: Sequence[RawCell], unit: Unit, notices: list[str]) -> tuple[list[Piece], dict[str, str]]:
    """The code cells that count, in order: answers, and what the student has added. And, by exercise, why an
    answer could not be read: that costs no other exercise anything."""
    exercises = {e.id: e for e in unit.exercise}
    answers = {answer_cell(e.id): e for e in unit.exercise}
    locked = {given_cell(e.module): e.module for e in unit.exercise}
    module = unit.exercise[0].module
    pieces: list[Piece] = []
    unread: dict[str, str] = {}
    statements = 0
    for number, cell in enumerate(cells, 1):
        name = cell_name(cell)
        exercise = answers.get(name) or exercises.get(name.partition("-")[0])
        module = exercise.module if exercise else locked.get(name, module)
        is_ours = name not in answers and (name in locked or name in exercises or name == SETUP)
        if cell.get("cell_type") != "code" or is_ours:
            continue
        label = name if name in answers else f"number {number}"
        if statements > MOST_STATEMENTS:
            notices.append(
                f"The cells from number {number} on were left out: above them are {statements:,} statements."
            )
            break
        try:
            pieces.append(_piece(module, label, source_of(cell)))
            statements += len(pieces[-1].parts)
        except SourceError as error:
            problem = str(error).replace("The file", f"The cell {escaped(label)}")
            if name in answers:
                unread[answers[name].id] = problem
            else:
                notices.append(f"A cell was left out. {problem}")
    return pieces, unread


def _written_in_vain(cells: Sequence[RawCell], unit: Unit, given: Sequence[Piece]) -> list[str]:
    """A sentence for each locked cell that defines more than it was handed out with: not every editor keeps
    people from writing there."""
    ours = {piece.cell: bound_by([piece]) for piece in given}
    ours |= {SETUP: frozenset({"check", "hint"}), **{e.id: frozenset() for e in unit.exercise}}
    notices = []
    for cell in cells:
        name = cell_name(cell)
        if name not in ours or cell.get("cell_type") != "code":
            continue
        try:
            theirs = bound_by([_piece("", name, source_of(cell))])
        except SourceError:
            continue
        if theirs - ours[name]:
            notices.append(
                f"What was written into the cell {name} does not count, for that cell is the course's: "
                "put it into a cell of your own."
            )
    return notices


def _piece(module: str, cell: str, text: str) -> Piece:
    """Raises SourceError."""
    clean_text, tree = _parsed(text)
    try:
        return Piece(module, cell, clean_text, tree, parts(tree))
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
        without = _MAGIC.sub(r"\1pass", _TIMED.sub(r"\1", text))
        try:
            return without, parse(without)
        except SourceError:
            raise problem from None
