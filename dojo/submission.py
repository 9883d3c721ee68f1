"""A snapshot of what a student handed in: graded bytes are the digested bytes."""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dojo.course import Course
from dojo.places import Place
from dojo.reading import LeftOutError, read_once
from dojo.text import escaped

FILE_LIMIT = 100_000  # bytes of one module; the longest model answer has a few thousand
NOTEBOOK = ".ipynb"
NOTEBOOK_LIMIT = 20_000_000  # bytes of one notebook; with many pictures in its outputs, a few million
FRESH = ".new.py"  # ends the name of a stub that is laid beside an edited one
MOST_STRANGERS = 12  # files that are named when they are ignored


class SubmissionError(Exception):
    """A submission that cannot be graded at all, in one sentence."""


@dataclass(frozen=True)
class Submission:
    """The modules of one student, read once. `files` is keyed by "unit/module.py".

    Of modules that come from a notebook, `places` says which lines are which cell's, and `broken`, keyed by
    "unit/module.py:function", why an answer could not be read and is not in the text.
    """

    name: str
    folder: Path
    files: dict[str, bytes]
    digest: str
    notices: list[str]
    places: dict[str, tuple[Place, ...]] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)


def take(folder: Path, course: Course) -> Submission:
    """Read the modules that the manifest names, once, and nothing else. Raises SubmissionError.

    A module that is not there is taken from the notebook of its unit, if that is. `folder` may be one
    notebook, too. Links below `folder`, oversized files and all that is no file are left out, each with a
    notice.
    """
    if folder.suffix == NOTEBOOK and not folder.is_dir():
        return _one_notebook(folder, course)
    try:
        if not folder.is_dir():
            raise SubmissionError(f"{escaped(str(folder))}: there is no such folder to grade.")
        strangers = _strangers(folder, course)
    except OSError as error:
        raise SubmissionError(f"{escaped(str(folder))} cannot be read: {error.strerror}.") from None
    files: dict[str, bytes] = {}
    notices: list[str] = []
    for name in _modules(course):
        unit, module = name.split("/")
        content = _content(folder, unit, module, FILE_LIMIT, notices)
        if content is not None:
            files[name] = content
    places, broken = _from_notebooks(folder, course, files, notices)
    digest = digest_of(files, broken)
    return Submission(name_of(folder), folder, files, digest, notices + strangers, places, broken)


def digest_of(files: Mapping[str, bytes], broken: Mapping[str, str]) -> str:
    """ "sha256:..." of what is graded."""
    digest = hashlib.sha256()
    for name, content in sorted({**files, **{key: text.encode() for key, text in broken.items()}}.items()):
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return "sha256:" + digest.hexdigest()


def _content(folder: Path, unit: str, name: str, limit: int, notices: list[str]) -> bytes | None:
    try:
        return read_once(folder, unit, name, limit)
    except LeftOutError as problem:
        notices.append(f"{unit}/{name} {problem}")
        return None


def _from_notebooks(
    folder: Path, course: Course, files: dict[str, bytes], notices: list[str]
) -> tuple[dict[str, tuple[Place, ...]], dict[str, str]]:
    """Add to `files` the modules that only a notebook has; returns `places` and `broken` of a submission."""
    places: dict[str, tuple[Place, ...]] = {}
    broken: dict[str, str] = {}
    for unit in course.units:
        content = _content(folder, unit.id, unit.id + NOTEBOOK, NOTEBOOK_LIMIT, notices)
        if content is None:
            continue
        from dojo.notebooks.raw import NotebookError, parse_notebook
        from dojo.notebooks.read import modules

        try:
            cells = parse_notebook(content)
        except NotebookError as problem:
            notices.append(f"{unit.id}/{unit.id}{NOTEBOOK} {problem}")
            continue
        for module in modules(cells, unit, course, notices):
            if module.file in files:
                notices.append(f"{module.file} is graded, and not what the notebook beside it says.")
            else:
                files[module.file], places[module.file] = module.content, module.places
                broken |= module.broken
    return places, broken


def _one_notebook(path: Path, course: Course) -> Submission:
    from dojo.notebooks.raw import NotebookError, parse_notebook, unit_of
    from dojo.notebooks.read import submission_of

    shown = escaped(str(path))
    try:
        content = read_once(path.parent, ".", path.name, NOTEBOOK_LIMIT)
        if content is None:
            raise SubmissionError(f"{shown}: there is no such notebook to grade.")
        cells = parse_notebook(content)
    except (LeftOutError, NotebookError) as problem:
        raise SubmissionError(f"{shown} {problem}") from None
    unit = unit_of(cells, path.stem, course)
    if unit is None:
        raise SubmissionError(
            f"{shown} has no cell for an answer of this course: start from a notebook that was handed out."
        )
    return submission_of(escaped(path.stem), {unit.id: cells}, course)


def name_of(folder: Path) -> str:
    """A submission's name: that of its folder, with what cannot be seen or encoded written out."""
    return escaped(folder.resolve().name)


def discover(folder: Path, course: Course) -> list[Path]:
    """The submissions in `folder`: itself if it holds a unit's folder or is a notebook, else each sub-folder
    that does, and each notebook.

    A sub-folder that cannot be looked into is among them: reading it will say what is wrong.
    """
    shown = escaped(str(folder))
    try:
        if folder.suffix == NOTEBOOK and folder.is_file():
            return [folder]
        if not folder.is_dir():
            raise SubmissionError(f"{shown}: there is no such folder to grade.")
        units = [unit.id for unit in course.units]
        if any((folder / unit).is_dir() for unit in units):
            return [folder]
        found = [child for child in sorted(folder.iterdir()) if _holds_one_of(units, child)]
    except OSError as error:
        raise SubmissionError(f"{shown} cannot be read: {error.strerror}.") from None
    if not found:
        raise SubmissionError(
            f"{shown}: neither it nor its sub-folders hold a unit's folder such as {units[0]}/ or a notebook."
        )
    return found


def _holds_one_of(units: list[str], child: Path) -> bool:
    try:
        is_notebook = child.suffix == NOTEBOOK and not child.name.startswith(".")
        return (is_notebook and child.is_file()) or any((child / unit).is_dir() for unit in units)
    except OSError:
        return True


def _modules(course: Course) -> list[str]:
    return list(dict.fromkeys(f"{u.id}/{e.module}.py" for u in course.units for e in u.exercise))


def _strangers(folder: Path, course: Course) -> list[str]:
    """Files that might have been meant to configure us, or to be imported: named, and ignored."""
    expected = {_folded(name): name for name in _modules(course)}
    found: list[str] = []
    for where in (folder, *(folder / unit.id for unit in course.units)):
        prefix = "" if where == folder else f"{where.name}/"
        if where.is_dir() and (where == folder or not where.is_symlink()):
            with os.scandir(where) as entries:
                found += [prefix + entry.name for entry in entries if _folded(entry.name).endswith(".py")]
    strangers = [n for n in sorted(found) if n not in expected.values() and not n.endswith("/__init__.py")]
    notices = []
    for name in strangers[:MOST_STRANGERS]:
        notices.append(f"{escaped(name, 100)} was ignored: {_why_ignored(name, expected)}")
    if len(strangers) > MOST_STRANGERS:
        notices.append(f"{len(strangers) - MOST_STRANGERS} more files were ignored.")
    return notices


def _why_ignored(name: str, expected: Mapping[str, str]) -> str:
    if name.removesuffix(FRESH) + ".py" in expected.values() and name.endswith(FRESH):
        return "the newer stub that `dojo init` laid beside yours: take what you need of it, then delete it."
    twin = expected.get(_folded(name))
    return f"the file of the course is called {twin}." if twin else "it is not part of the course."


def _folded(name: str) -> str:
    """What names that look alike have in common: no case, no wide letters, no space, nothing unseen."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in plain if c.isprintable() and c != " ")
