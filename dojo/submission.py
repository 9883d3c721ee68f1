"""A snapshot of what a student handed in: graded bytes are the digested bytes."""

from __future__ import annotations

import hashlib
import os
import stat
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from dojo.course import Course
from dojo.text import escaped

FILE_LIMIT = 100_000  # bytes of one module; the longest model answer has a few thousand
MOST_STRANGERS = 12  # files that are named when they are ignored


class SubmissionError(Exception):
    """A submission that cannot be graded at all, in one sentence."""


@dataclass(frozen=True)
class Submission:
    """The modules of one student, read once. `files` is keyed by "unit/module.py"."""

    name: str
    folder: Path
    files: dict[str, bytes]
    digest: str
    notices: list[str]


def take(folder: Path, course: Course) -> Submission:
    """Read the modules that the manifest names, once, and nothing else. Raises SubmissionError.

    Links below `folder`, oversized files and all that is no file are left out, each with a notice.
    """
    try:
        if not folder.is_dir():
            raise SubmissionError(f"{escaped(str(folder))}: there is no such folder to grade.")
        strangers = _strangers(folder, course)
    except OSError as error:
        raise SubmissionError(f"{escaped(str(folder))} cannot be read: {error.strerror}.") from None
    files: dict[str, bytes] = {}
    notices: list[str] = []
    for name in _modules(course):
        try:
            content = _read(folder, name)
        except _LeftOutError as problem:
            notices.append(f"{name} {problem}")
        else:
            if content is not None:
                files[name] = content
    digest = hashlib.sha256()
    for name, content in sorted(files.items()):
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    notices += strangers
    return Submission(name_of(folder), folder, files, "sha256:" + digest.hexdigest(), notices)


def name_of(folder: Path) -> str:
    """A submission's name: that of its folder, with what cannot be seen or encoded written out."""
    return escaped(folder.resolve().name)


def discover(folder: Path, course: Course) -> list[Path]:
    """The submissions in `folder`: itself if it holds a unit's folder, else each sub-folder that does.

    A sub-folder that cannot be looked into is among them: reading it will say what is wrong.
    """
    shown = escaped(str(folder))
    try:
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
            f"{shown}: neither it nor its sub-folders hold a unit's folder such as {units[0]}/."
        )
    return found


def _holds_one_of(units: list[str], child: Path) -> bool:
    try:
        return any((child / unit).is_dir() for unit in units)
    except OSError:
        return True


def _modules(course: Course) -> list[str]:
    return list(dict.fromkeys(f"{u.id}/{e.module}.py" for u in course.units for e in u.exercise))


class _LeftOutError(Exception):
    """Why a file is left out: the rest of a sentence that begins with its name."""


def _read(folder: Path, name: str) -> bytes | None:
    """The bytes of one module, or None where there is none. Raises _LeftOutError."""
    unit, module = name.split("/")
    try:
        status = (folder / unit).lstat()
        if not stat.S_ISLNK(status.st_mode):
            status = (folder / unit / module).lstat()
        if stat.S_ISLNK(status.st_mode):
            raise _LeftOutError("is a link, and links are not followed: hand in the file itself.")
        if not stat.S_ISREG(status.st_mode):
            raise _LeftOutError("is not a regular file.")
        if status.st_size > FILE_LIMIT:
            raise _LeftOutError(f"has {status.st_size:,} bytes; at most {FILE_LIMIT:,} are read.")
        with os.fdopen(_open(folder, unit, module), "rb") as file:
            now = os.fstat(file.fileno())
            content = file.read(FILE_LIMIT + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _LeftOutError(f"cannot be read: {error.strerror}.") from None
    same = (now.st_dev, now.st_ino) == (status.st_dev, status.st_ino) and stat.S_ISREG(now.st_mode)
    if not same or len(content) > FILE_LIMIT:
        raise _LeftOutError("was changed while it was read: grade it again.")
    return content


def _open(folder: Path, unit: str, module: str) -> int:
    """A descriptor of a module. Whatever is put in the place of it meanwhile, no link is followed."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    if os.open not in os.supports_dir_fd:
        return os.open(folder / unit / module, flags | getattr(os, "O_BINARY", 0))
    parent = os.open(folder / unit, flags | os.O_DIRECTORY)
    try:
        return os.open(module, flags, dir_fd=parent)
    finally:
        os.close(parent)


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
        twin = expected.get(_folded(name))
        why = f"the file of the course is called {twin}." if twin else "it is not part of the course."
        notices.append(f"{escaped(name, 100)} was ignored: {why}")
    if len(strangers) > MOST_STRANGERS:
        notices.append(f"{len(strangers) - MOST_STRANGERS} more files were ignored.")
    return notices


def _folded(name: str) -> str:
    """What names that look alike have in common: no case, no wide letters, no space, nothing unseen."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in plain if c.isprintable() and c != " ")
