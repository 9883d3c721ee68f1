"""`dojo release student DIR`: the course as students get it, in a folder and, if wanted, in a wheel.

A folder that is half made never looks finished: its course.toml comes last, and goes first in an update.
"""

from __future__ import annotations

import argparse
import os
from datetime import datetime, timezone
from pathlib import Path

from dojo.cli.common import open_course
from dojo.cli.errors import PASSED, UsageError
from dojo.cli.errors import write as tell
from dojo.course import MANIFEST, Course
from dojo.release import ledger as ledgers
from dojo.release.files import read, remove, write
from dojo.release.kit import kit
from dojo.release.ledger import EDITION, Ledger
from dojo.release.material import Files, StripError, StubError, material
from dojo.release.texts import IGNORED, readme
from dojo.text import plural

# Of these folders an edition or the course itself is made: one that lies in them would come to hold itself.
SOURCES = {"exercises", "solutions", "stubs", "graders", "data", "dojo", "scripts", "tests", "docs", ".git"}
MOST_NAMES = 3


def run(args: argparse.Namespace) -> int:
    """Make the edition, or bring it up to date. Returns 0."""
    course, folder = open_course(), Path(args.folder)
    try:
        lay(course, folder, wheel=args.wheel)
    except (StubError, StripError) as error:
        raise UsageError(str(error)) from None
    except OSError as error:
        where = error.filename or folder
        raise UsageError(
            f"The edition in {folder} is not finished ({where}: {error.strerror or error}): "
            "mend that and run the same command again."
        ) from None
    return PASSED


def lay(course: Course, folder: Path, *, wheel: bool) -> None:
    """Build the edition of a course in `folder` and say what came of it.

    Raises UsageError where the folder cannot serve, StubError or StripError for a mistake in the course, and
    OSError; nothing is written before all of it is made.
    """
    _refuse_place(folder.resolve(), course.root.resolve())
    inside = material(course)
    files = inside | kit(course.root)
    files |= {"README.md": readme(course, make=True).encode(), ".gitignore": IGNORED.encode()}
    ledger = _ledger(folder)
    _refuse_edits(folder, files, ledger)
    changed = _write(folder, files, ledger)
    count = plural(len(course.exercises), "exercise")
    tell(f"{folder}: {count}, {plural(changed, 'file')} written, no solutions.")
    if wheel:
        from dojo.release.wheel import build

        packed = inside | {
            "README.md": readme(course, make=False).encode(),
            ".gitignore": files[".gitignore"],
        }
        built = build(folder, files, packed, ledger.changed)
        tell(f"{built}: install it with pip; then `dojo init FOLDER` lays out a folder to work in.")


def _refuse_place(folder: Path, root: Path) -> None:
    if folder in (root, *root.parents):
        raise UsageError(f"{folder} holds the course itself: choose another folder for its edition.")
    if root in folder.parents and folder.relative_to(root).parts[0] in SOURCES:
        raise UsageError(
            f"{folder} lies in {root / folder.relative_to(root).parts[0]}, of which editions are made, and "
            "would come to hold itself: choose another folder."
        )


def _ledger(folder: Path) -> Ledger:
    """What was laid in the folder before. Raises UsageError where that is somebody else's folder."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file: choose a folder that is new or empty.")
    if not folder.is_dir() or not any(folder.iterdir()):
        return Ledger(EDITION)
    ledger = ledgers.load(folder)
    if ledger is None or ledger.kind != EDITION:
        raise UsageError(
            f"{folder} is not empty, and no edition that this command has made: choose a folder that is new "
            "or empty."
        )
    return ledger


def _refuse_edits(folder: Path, files: Files, ledger: Ledger) -> None:
    """What somebody wrote into an edition is neither overwritten nor handed out."""
    edited = []
    for name in dict.fromkeys([*files, *ledger.laid, *ledger.coming]):
        content = read(folder / name)
        if content is not None and content != files.get(name) and not ledger.knows(name, content):
            edited.append(name)
    if edited:
        more = f" and {len(edited) - MOST_NAMES} more" if len(edited) > MOST_NAMES else ""
        raise UsageError(
            f"In {folder} somebody has changed {', '.join(edited[:MOST_NAMES])}{more}: move that away first, "
            "for an edition holds nothing but what the course hands out."
        )


def _write(folder: Path, files: Files, ledger: Ledger) -> int:
    """Bring the folder to these files. Returns how many were written or removed."""
    old = [name for name in {**ledger.laid, **ledger.coming} if name not in files]
    stale = [name for name, content in files.items() if read(folder / name) != content]
    left = [name for name in old if (folder / name).exists()]
    if not (stale or left or ledger.coming):
        return 0
    ledger.changed = _now()
    ledger.begin(folder, files)
    (folder / MANIFEST).unlink(missing_ok=True)
    for path in (folder / "dist").glob("backprop_dojo_student-*.whl"):
        path.unlink()  # it has the content of before
    for name in left:
        remove(folder / name, folder)
    for name in old:
        ledger.forget(name)
    for name in stale:
        if name != MANIFEST:
            write(folder / name, files[name])
    write(folder / MANIFEST, files[MANIFEST])
    ledger.finish(folder)
    return len(stale) + len(left)


def _now() -> str:
    """The time as it stands in a version, so that an edition that changed is newer for pip, too."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    now = datetime.fromtimestamp(int(given), timezone.utc) if given.isdigit() else datetime.now(timezone.utc)
    return now.strftime("%Y%m%d%H%M%S")
