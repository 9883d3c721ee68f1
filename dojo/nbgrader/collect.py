"""`nbgrader collect` without following links.

What lies in the exchange still belongs to the student, and nbgrader copies it with the instructor's rights: a
link there would hand in whatever the instructor can read.
"""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path
from typing import Any

from nbgrader.exchange.default import ExchangeCollect
from nbgrader.utils import ignore_patterns

from dojo.text import escaped

_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


class Collect(ExchangeCollect):  # type: ignore[misc]
    """`c.ExchangeFactory.collect`."""

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        """Copy one submission: regular files, as the course's limits allow, and nothing that is a link."""
        left_out: list[str] = []
        coursedir = self.coursedir
        ignored = ignore_patterns(coursedir.ignore, coursedir.include, coursedir.max_file_size, self.log)
        room = 1000 * coursedir.max_dir_size
        Path(dest).mkdir(parents=True)
        for folder, folders, files, handle in os.fwalk(src, follow_symlinks=False):
            skip = set(ignored(folder, [*folders, *files]))
            target = Path(dest) / os.path.relpath(folder, src)
            folders[:] = [name for name in folders if name not in skip and not _is_link(name, handle)]
            for name in folders:
                (target / name).mkdir()
            for name in sorted(set(files) - skip):
                size = _copy(name, handle, target / name, room)
                room -= size or 0
                left_out += [name] if size is None else []
        if not any(Path(dest).iterdir()):
            os.rmdir(dest)  # or it would look collected
            left_out.append("everything")
        if coursedir.groupshared:
            _share(dest)
        if left_out:
            names = ", ".join(escaped(name, 60) for name in left_out[:5])
            self.log.warning("%s: left out, for they are links or too large: %s", escaped(src), names)


def _share(folder: str) -> None:
    """Let the instructors' group in, as nbgrader does where they share a course."""
    for place, _, files in os.walk(folder):
        os.chmod(place, os.stat(place).st_mode & 0o777 | 0o2770)
        for name in files:
            os.chmod(os.path.join(place, name), 0o660)


def _is_link(name: str, handle: int) -> bool:
    return stat.S_ISLNK(os.lstat(name, dir_fd=handle).st_mode)


def _copy(name: str, handle: int, target: Path, room: int) -> int | None:
    """Copy a regular file of an open folder; its size, or None where it is none or there is no room."""
    try:
        file = os.fdopen(os.open(name, _READ, dir_fd=handle), "rb")
    except OSError:
        return None
    with file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_size > room:
            return None
        with target.open("xb") as copy:
            shutil.copyfileobj(file, copy)
        os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
        return status.st_size
