"""A snapshot of what a student handed in: graded bytes are the digested bytes."""

from __future__ import annotations

import hashlib
import stat
from dataclasses import dataclass
from pathlib import Path

from dojo.course import Course

FILE_LIMIT = 100_000  # bytes of one module; the longest model answer has a few thousand


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
    """Read the modules that the manifest names, and nothing else. Links and oversized files are left out."""
    if not folder.is_dir():
        raise SubmissionError(f"{folder}: there is no such folder to grade.")
    files: dict[str, bytes] = {}
    notices: list[str] = []
    names = dict.fromkeys(f"{u.id}/{e.module}.py" for u in course.units for e in u.exercise)
    for name in names:
        path = folder / name
        problem = _problem(path, folder)
        if problem:
            notices.append(f"{name} {problem}")
        elif path.exists():
            files[name] = path.read_bytes()
    notices += _strangers(folder, course, set(names))
    digest = hashlib.sha256()
    for name, content in sorted(files.items()):
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return Submission(folder.resolve().name, folder, files, "sha256:" + digest.hexdigest(), notices)


def discover(folder: Path, course: Course) -> list[Path]:
    """The submissions in `folder`: itself if it holds a unit's folder, else each sub-folder that does."""
    if not folder.is_dir():
        raise SubmissionError(f"{folder}: there is no such folder to grade.")
    units = [unit.id for unit in course.units]
    if any((folder / unit).is_dir() for unit in units):
        return [folder]
    found = [child for child in sorted(folder.iterdir()) if any((child / unit).is_dir() for unit in units)]
    if not found:
        raise SubmissionError(
            f"{folder}: neither it nor its sub-folders hold a unit's folder such as {units[0]}/."
        )
    return found


def _problem(path: Path, folder: Path) -> str | None:
    if any(part.is_symlink() for part in (path, *path.parents) if part != folder and folder in part.parents):
        return "is a link, and links are not followed: hand in the file itself."
    try:
        status = path.lstat()
    except OSError:
        return None
    if not stat.S_ISREG(status.st_mode):
        return "is not a regular file."
    if status.st_size > FILE_LIMIT:
        return f"has {status.st_size:,} bytes; at most {FILE_LIMIT:,} are read."
    return None


def _strangers(folder: Path, course: Course, names: set[str]) -> list[str]:
    """Files that might have been meant to configure us, or to be imported: named, and ignored."""
    strangers = []
    for unit in course.units:
        for path in sorted((folder / unit.id).glob("*.py")):
            name = f"{unit.id}/{path.name}"
            if name not in names and path.name != "__init__.py":
                strangers.append(f"{name} is not part of the course and was ignored.")
    return strangers
