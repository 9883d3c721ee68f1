"""Files of ours: written so that a kill at any moment leaves the old one or the new one, and told apart."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

UNFINISHED = ".laying"  # the end of a temporary file's name, always the same: the next run takes its place


def digest(content: bytes) -> str:
    """Whether a text is the same, however git on this system writes the ends of its lines."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()[:24]


def read(path: Path) -> bytes | None:
    """What is in a file; None where there is none. Raises OSError."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def write(path: Path, content: bytes) -> None:
    """Give `path` this content in one step, with the folders that it needs. Raises OSError."""
    path = Path(os.path.realpath(path))  # a link stays a link
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}{UNFINISHED}")
    try:
        with new.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def remove(path: Path, root: Path) -> None:
    """Remove a file, and the folders below `root` that are empty without it. Raises OSError."""
    path.unlink(missing_ok=True)
    for folder in path.parents:
        if folder == root or any(folder.iterdir()):
            break
        folder.rmdir()
