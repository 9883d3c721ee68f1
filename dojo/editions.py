"""Editions for students: courses without solutions, where pristine stubs say what is asked for."""

from __future__ import annotations

import json
from pathlib import Path

SOLUTIONS, STUBS = "solutions", "stubs"
MARK = ".edition.json"  # what was laid in this folder, see dojo/release/ledger.py
PACKAGED = Path(__file__).parent / "edition"  # where a wheel for students has its material


def reference_tree(root: Path) -> str:
    """The folder of the course in `root` that signatures and stubs come from: `solutions`, and in an edition,
    which has none, `stubs`."""
    edition = not (root / SOLUTIONS).is_dir() and (root / STUBS).is_dir()
    return STUBS if edition else SOLUTIONS


def is_edition(root: Path) -> bool:
    """Whether the course in `root` came without solutions."""
    return reference_tree(root) == STUBS


def unfinished(root: Path) -> str | None:
    """A sentence where laying out the folder was cut short, so that half of it is of another edition."""
    try:
        data = json.loads((root / MARK).read_bytes())
        coming, kind = data["coming"], data["kind"]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
    command = "dojo release student" if kind == "edition" else "dojo init"
    return f"{root} was being laid out and is not finished: run `{command} {root}` again." if coming else None


def edition_root() -> Path | None:
    """The course that the installed package brings, to be used as it is and never written to; None where the
    package is the bare engine."""
    return PACKAGED if (PACKAGED / "course.toml").is_file() else None
