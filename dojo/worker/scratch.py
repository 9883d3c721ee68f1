"""A worker's folder: how much may be in it, and its removal whatever student code has made of it."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat

MOST_BYTES, MOST_FILES = 4 << 20, 64  # that a worker may write
LONG = 100  # characters below the folder; long paths are slow, and a tree may go beyond all of them


TOO_MUCH = f"it wrote more than {MOST_BYTES >> 20} MiB or {MOST_FILES} files"


def is_full(folder: str) -> bool:
    """Whether more is in it than may be."""
    count = size = 0
    for where, folders, files in os.walk(folder):
        for name in folders + files:
            count += 1
            with contextlib.suppress(OSError):
                size += os.lstat(os.path.join(where, name)).st_size
            if count > MOST_FILES or size > MOST_BYTES:
                return True
    return False


def remove(folder: str) -> None:
    """Remove a folder and all in it, or the link or file that stands in its place; no link is followed.

    Raises nothing; what cannot be removed stays. Nothing of the worker may be running any more.

    A tree may be deeper than a path may be long or a function may call itself: what lies too deep is moved
    up into `folder`, and is removed in the next round.
    """
    with contextlib.suppress(OSError):
        if not _is_folder(folder):
            return _remove_file(folder)
        while _remove_once(folder):
            pass


def _remove_once(top: str) -> bool:
    """Remove what can be reached; whether something was moved up, so that there is more to do."""
    folders, mark, moved = [top], secrets.token_hex(8), 0
    for folder in folders:  # which grows on the way
        for path in _open_up(folder):
            with contextlib.suppress(OSError):
                if not _is_folder(path):
                    _remove_file(path)
                elif len(path) - len(top) < LONG:
                    folders.append(path)
                else:
                    os.chmod(path, 0o700)  # or it may not be moved
                    os.rename(path, os.path.join(top, f"{mark}-{moved}"))
                    moved += 1
    for folder in reversed(folders):
        with contextlib.suppress(OSError):
            os.rmdir(folder)
    return moved > 0


def _is_folder(path: str) -> bool:
    return stat.S_ISDIR(os.lstat(path).st_mode)


def _open_up(folder: str) -> list[str]:
    """What is in a folder, which is made accessible for that."""
    with contextlib.suppress(OSError):
        os.chmod(folder, 0o700)
        return [os.path.join(folder, name) for name in os.listdir(folder)]
    return []


def _remove_file(path: str) -> None:
    try:
        os.unlink(path)
    except PermissionError:
        if os.path.islink(path):
            raise  # or the file that it leads to would be changed
        os.chmod(path, 0o600)  # Windows removes no file that may not be written
        os.unlink(path)
