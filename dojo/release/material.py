"""What students get of a course: manifest, stubs, handouts, data, and the graders without their museum.

Everything is named by the manifest or belongs to it by its place; nothing is copied because it lies around.
Stubs are made from the solutions, never from `exercises/`, in which an author may have tried something.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dojo.course import MANIFEST, Course
from dojo.plots.registry import FILE as PLOTS
from dojo.release.strip import StripError, public_text
from dojo.stubs import StubError, module_stub, stub_files

HANDOUTS = {".md", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".pdf"}
NOT_DATA = {".part", ".bak", ".key", ".pem", ".pyc"}

Files = dict[str, bytes]  # a path with /, relative to the folder that is handed out, and the content


def material(course: Course) -> Files:
    """The course as students get it, without `README.md`. Raises StubError or StripError, or OSError where a
    file of the course cannot be read."""
    files = {MANIFEST: (course.root / MANIFEST).read_bytes()}
    for path, first in stub_files(course).items():
        stub = module_stub(course, first).encode()
        name = path.relative_to(course.root / "exercises").as_posix()
        files |= {f"exercises/{name}": stub, f"stubs/{name}": stub}
    return files | dict(_handouts(course)) | dict(_graders(course)) | dict(_data(course.root / "data"))


def workspace(root: Path) -> Files:
    """The files of an edition in `root` that a student works with. Exercises come from `stubs/`, for somebody
    may be at work in the edition itself. Raises OSError."""
    files: Files = {}
    for name in (MANIFEST, "README.md", ".gitignore"):
        if (root / name).is_file():
            files[name] = (root / name).read_bytes()
    for path in _below(root / "stubs"):
        name = path.relative_to(root / "stubs").as_posix()
        files[f"exercises/{name}"] = files[f"stubs/{name}"] = path.read_bytes()
    for path in _below(root / "exercises"):
        if path.suffix in HANDOUTS and ".new." not in path.name:
            files[path.relative_to(root).as_posix()] = path.read_bytes()
    for path in _below(root / "graders"):
        if path.suffix == ".py":
            files[path.relative_to(root).as_posix()] = path.read_bytes()
    return files | dict(_data(root / "data"))


def _handouts(course: Course) -> Iterator[tuple[str, bytes]]:
    folder = course.root / "exercises"
    for path in _below(folder):
        place = path.relative_to(folder).parts[0]
        if path.suffix in HANDOUTS and (place == path.name or place in {unit.id for unit in course.units}):
            yield path.relative_to(course.root).as_posix(), path.read_bytes()


def _graders(course: Course) -> Iterator[tuple[str, bytes]]:
    """The public part of every grader and of the plots; conftest.py lets plain pytest grade."""
    folder = course.root / "graders"
    paths = {course.path("graders", e.id): course.unit_of(e.id) for e in course.exercises}
    paths |= {folder / unit.id / PLOTS: unit for unit in course.units}
    for path, unit in paths.items():
        if path.is_file():
            name = path.relative_to(course.root).as_posix()
            text = path.read_text(encoding="utf-8")
            yield name, public_text(text, name, misconceptions=course.shows_misconceptions(unit)).encode()
    if (folder / "conftest.py").is_file():
        yield "graders/conftest.py", (folder / "conftest.py").read_bytes()


def _data(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The small corpora; what was fetched is left where it is, and so is what looks like a key."""
    for path in _below(folder):
        inside = path.relative_to(folder)
        if inside.parts[0] != "full" and path.suffix not in NOT_DATA:
            yield f"data/{inside.as_posix()}", path.read_bytes()


def _below(folder: Path) -> Iterator[Path]:
    """The files in a folder, at any depth, in order; nothing hidden but what git wants, and no caches."""
    for path in sorted(folder.rglob("*")):
        hidden = any(p.startswith((".", "__pycache__")) for p in path.relative_to(folder).parts)
        if path.is_file() and (not hidden or path.name == ".gitattributes"):
            yield path


__all__ = ["Files", "StripError", "StubError", "material", "workspace"]
