"""Reading a file that a student has handed in: once, whole, and nothing but a regular file."""

from __future__ import annotations

import os
import stat
from pathlib import Path


class LeftOutError(Exception):
    """Why a file is left out: the rest of a sentence that begins with its name."""


def read_once(folder: Path, unit: str, name: str, limit: int) -> bytes | None:
    """The bytes of `folder`/`unit`/`name`, or None where there is none. Raises LeftOutError.

    limit: how many bytes a file may have.
    """
    try:
        status = (folder / unit).lstat()
        if not stat.S_ISLNK(status.st_mode):
            status = (folder / unit / name).lstat()
        if stat.S_ISLNK(status.st_mode):
            raise LeftOutError("is a link, and links are not followed: hand in the file itself.")
        if not stat.S_ISREG(status.st_mode):
            raise LeftOutError("is not a regular file.")
        if status.st_size > limit:
            raise LeftOutError(f"has {status.st_size:,} bytes; at most {limit:,} are read.")
        with os.fdopen(_open(folder, unit, name), "rb") as file:
            now = os.fstat(file.fileno())
            content = file.read(limit + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise LeftOutError(f"cannot be read: {error.strerror}.") from None
    same = (now.st_dev, now.st_ino) == (status.st_dev, status.st_ino) and stat.S_ISREG(now.st_mode)
    if not same or len(content) > limit:
        raise LeftOutError("was changed while it was read: grade it again.")
    return content


def _open(folder: Path, unit: str, name: str) -> int:
    """A descriptor of a file. Whatever is put in the place of it meanwhile, no link is followed."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    if os.open not in os.supports_dir_fd:
        return os.open(folder / unit / name, flags | getattr(os, "O_BINARY", 0))
    parent = os.open(folder / unit, flags | os.O_DIRECTORY)
    try:
        return os.open(name, flags, dir_fd=parent)
    finally:
        os.close(parent)
