"""Files of a student's are replaced only here: first a complete copy beside, then one rename."""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import datetime, timezone
from pathlib import Path


def copy_beside(path: Path, data: bytes) -> Path:
    """Write `data`, the old content of `path`, to a new `<name>.<UTC time>.bak` beside it."""
    stamp = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    for count in range(1, 10_000):
        number = "" if count == 1 else f"-{count}"
        copy = path.with_name(f"{path.name}.{stamp}{number}.bak")
        try:
            file = copy.open("xb")
        except FileExistsError:  # two copies within one second
            continue
        try:
            with file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            copy.unlink(missing_ok=True)
            raise
        return copy
    raise FileExistsError(f"{path.parent} already holds thousands of copies of {path.name} from this second.")


def replace(path: Path, new: bytes) -> Path | None:
    """Give `path` the content `new` in one step; a kill leaves the old file or the new one.

    Returns the copy of the old content, or None where there was no file. Raises OSError, and then the
    old file is as it was, also when somebody saved it while this ran.
    """
    path = Path(os.path.realpath(path))  # a link stays a link
    path.parent.mkdir(parents=True, exist_ok=True)
    old = _content(path)
    copy = None if old is None else copy_beside(path, old)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(new)
            file.flush()
            os.fsync(file.fileno())
        if old is None:
            os.chmod(name, 0o644)
        else:
            shutil.copymode(path, name)
        _sync_folder(path.parent)  # the copy is on the disk before anything is replaced
        if _content(path) != old:
            raise OSError(f"{path.name} was saved by another program just now")
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)  # the copy stays: an interrupt may come after the rename
        raise
    _sync_folder(path.parent)
    return copy


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _sync_folder(folder: Path) -> None:
    # Makes the rename durable where the system can; the file itself is safe without it.
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)
