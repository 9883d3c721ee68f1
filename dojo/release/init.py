"""`dojo init DIR`: a folder to work in, laid from the edition that is installed and renewed from it.

What a student has edited below exercises/ is never touched. What is ours (manifest, stubs, graders, data) is
put back as it should be, with a copy of what was there.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from dojo.cli.errors import PASSED, UsageError
from dojo.cli.errors import write as tell
from dojo.course import MANIFEST, CourseError, edition_root, find_root
from dojo.editions import MARK, is_edition
from dojo.keep import replace
from dojo.release import ledger as ledgers
from dojo.release.files import UNFINISHED, read, remove, write
from dojo.release.kit import ENGINE
from dojo.release.ledger import EDITION, WORKSPACE, Ledger
from dojo.release.material import Files, workspace
from dojo.text import plural

THEIRS = ("exercises/", "README.md", ".gitignore")


def run(args: argparse.Namespace) -> int:
    """Lay out the folder, or bring it up to date. Returns 0."""
    folder = Path(args.folder)
    try:
        for line in lay(source(), folder):
            tell(line)
    except OSError as error:
        raise UsageError(
            f"{folder} could not be finished ({_reason(error)}), and nothing of yours was changed: mend "
            "that and run the same command again."
        ) from None
    return PASSED


def _reason(error: OSError) -> str:
    """The system's words, with the file's own name where a temporary one failed."""
    name = Path(error.filename).name if isinstance(error.filename, str) else ""
    name = name[1:].removesuffix(UNFINISHED) if name.endswith(UNFINISHED) else name
    return f"{name}: {error.strerror}" if name else error.strerror or str(error)


def source() -> Path:
    """Where the course lies that is laid out: in the installed package, or the edition we are in or run from.

    Raises UsageError where there is none.
    """
    packaged = edition_root()
    if packaged is not None:
        return packaged
    try:
        here = [find_root(Path.cwd())]
    except CourseError:
        here = []
    for root in [*here, ENGINE.parent]:
        found = ledgers.load(root)
        if is_edition(root) and found is not None and found.kind == EDITION and not found.coming:
            return root
    raise UsageError(
        "There is no course here to lay out: install the wheel that your instructor gives you, or go to the "
        "folder of a student edition (instructors make both with `dojo release student DIR --wheel`)."
    )


def lay(root: Path, folder: Path) -> list[str]:
    """Lay the edition in `root` out in `folder`; one line for each thing that is worth knowing.

    Raises UsageError where the folder cannot serve, or OSError; then the same call goes on from there.
    """
    if folder.resolve() in (root.resolve(), *root.resolve().parents):
        raise UsageError(f"{folder} holds the edition itself: work in that, or choose another folder.")
    new = not (folder / MARK).exists()
    ledger = _ledger(folder)
    files = workspace(root)
    plans = {name: _plan(folder, name, fresh, ledger) for name, fresh in files.items()}
    gone = [name for name in {**ledger.laid, **ledger.coming} if name not in files]
    if not (new or gone or ledger.coming or any(plans.values())):
        return _tidied(folder, files, ledger) or [f"{folder} is up to date."]
    ledger.begin(folder, files)
    lines: list[str] = []
    for name in sorted(files, key=MANIFEST.__eq__):  # the manifest last, or it names what is not there yet
        lines += _carry_out(folder, name, plans[name], files[name], ledger)
    lines += _tidied(folder, files, ledger)
    for name in gone:
        lines += _leave(folder, name, ledger)
        ledger.forget(name)
    ledger.finish(folder)
    if new:
        count = plural(sum(name.startswith("stubs/") for name in files), "module")
        return [f"{folder}: {count} to work on. Go there and begin with README.md.", *lines]
    return lines or [f"{folder} is up to date."]


def _ledger(folder: Path) -> Ledger:
    """What was laid in the folder before. Raises UsageError where it cannot serve."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file: choose a folder that is new or empty.")
    if (folder / MARK).exists():
        ledger = ledgers.load(folder) or Ledger(WORKSPACE)  # unreadable: whatever differs counts as edited
        if ledger.kind != WORKSPACE:
            raise UsageError(f"{folder} is a student edition itself: work in it, or choose another folder.")
        return ledger
    if folder.is_dir() and any(not path.name.startswith(".") for path in folder.iterdir()):
        raise UsageError(
            f"{folder} is not empty, and `dojo init` has not made it: choose a folder that is new or empty."
        )
    return Ledger(WORKSPACE)


def _is_theirs(name: str) -> bool:
    return name.startswith(THEIRS)


def _beside(name: str) -> str:
    """Where the new version of an edited file goes: sums.new.py for sums.py."""
    path = Path(name)
    return path.with_name(f"{path.stem}.new{path.suffix}").as_posix()


def _plan(folder: Path, name: str, fresh: bytes, ledger: Ledger) -> str:
    """What to do about one file: "new", "back", "update", "mend", "beside", or "" for nothing."""
    old = read(folder / name)
    if old is None:
        return "back" if name in ledger.laid else "new"
    if old.replace(b"\r\n", b"\n") == fresh.replace(b"\r\n", b"\n"):
        return ""
    if ledger.knows(name, old):
        return "update"
    if not _is_theirs(name):
        return "mend"
    return "" if ledger.has_laid(name, fresh) else "beside"


def _carry_out(folder: Path, name: str, what: str, fresh: bytes, ledger: Ledger) -> list[str]:
    """Do it. The line to say, or none for what is laid for the first time."""
    if what == "mend":
        copy = replace(folder / name, fresh)
        return [f"{name}: as the course has it again" + (f"; what you had is {copy.name}." if copy else ".")]
    if what == "beside":
        place = _beside(name)
        there = read(folder / place)
        if there is None or ledger.knows(name, there):
            write(folder / place, fresh)
        else:  # something of the student's own that is called so
            replace(folder / place, fresh)
        return [f"{name}: you have edited it, so it stays; the course's new version is {place} beside it."]
    if what:
        write(folder / name, fresh)
    said = {"update": f"{name}: brought up to date.", "back": f"{name}: was missing and is back."}
    return [said[what]] if what in said else []


def _tidied(folder: Path, files: Files, ledger: Ledger) -> list[str]:
    """New versions that were laid beside go once the student's files are those versions."""
    lines = []
    for name in filter(_is_theirs, files):
        place = _beside(name)
        there = read(folder / place)
        if there is not None and ledger.knows(name, there) and read(folder / name) == files[name]:
            (folder / place).unlink()
            lines.append(f"{place}: removed, for {Path(name).name} is that version now.")
    return lines


def _leave(folder: Path, name: str, ledger: Ledger) -> list[str]:
    """A file that the course no longer has goes, unless somebody has edited it."""
    old = read(folder / name)
    if old is None:
        return []
    if not ledger.knows(name, old):
        return [f"{name}: no longer part of the course; it stays, for you have edited it."]
    remove(folder / name, folder)
    return [f"{name}: no longer part of the course, and removed."]
