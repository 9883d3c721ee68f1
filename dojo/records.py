"""A folder of records, a file for each submission, written as each one is graded: a kill loses one at most.

A later grading takes from it what would come out the same and grades the rest. What is not a record of that
submission is never replaced. One grading at a time writes to a folder.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import re
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from dojo import __version__
from dojo.isolation.levels import LEVELS
from dojo.submission import Submission
from dojo.verdict import SCHEMA, UNFINISHED, Record, Verdict, dump, write_atomically

LOCK = ".dojo-lock"
LONGEST = 50  # characters of a submission's name in the name of its file
_HEAD = {"schema": int, "submission": str, "engine": str, "exercises": list}  # every version has these
_TAKEN = (errno.EACCES, errno.EAGAIN, getattr(errno, "EDEADLOCK", errno.EAGAIN))


class RecordsError(Exception):
    """A folder of records that cannot be used as it is, in one sentence."""


@dataclass(frozen=True)
class Wanted:
    """What a record must have been made with so that grading anew could not change it."""

    course: str
    seed: str
    exercises: list[str]  # ids, in order
    engine: str = __version__

    def fits(self, record: Record, submission: Submission) -> bool:
        """Whether a record of this very submission answers it. A fault of ours is always tried again."""
        theirs = (record.submission, record.digest, record.notices)
        ours = Wanted(record.course, record.seed, [result.id for result in record.exercises], record.engine)
        failed = any(result.verdict is Verdict.KIT_ERROR for result in record.exercises)
        same = theirs == (submission.name, submission.digest, submission.notices)
        return same and ours == self and not failed


def path_of(folder: Path, submission: str) -> Path:
    """Where the record of a submission lies: `<name>.json`, with a hash where a name is long or unusual."""
    plain = re.sub(r"[^\w.@+-]", "_", submission)[:LONGEST].lstrip(".")
    if plain != submission or not plain:
        plain += "-" + hashlib.sha256(submission.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return folder / f"{plain}.json"


def read(folder: Path, submission: str) -> Record | None:
    """The record of a submission. None where there is none, or one that another version has written.

    Raises RecordsError where something else is in its place, such as half a record.
    """
    path = path_of(folder, submission)
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise RecordsError(_in_the_way(path, submission, "it is no regular file"))
        text = path.read_bytes()
        data = json.loads(text)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise RecordsError(f"{path} cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError):
        raise RecordsError(_in_the_way(path, submission, "it is damaged or something else")) from None
    if not isinstance(data, dict) or any(type(data.get(key)) is not kind for key, kind in _HEAD.items()):
        raise RecordsError(_in_the_way(path, submission, "it is something else"))
    if data["submission"] != submission:
        raise RecordsError(_in_the_way(path, submission, "it is that of another submission"))
    try:
        record = _reader().validate_json(text) if data["schema"] == SCHEMA else None
    except ValueError:
        return None  # one of ours, from before a key came or after one went
    return record if record is not None and record.isolation in LEVELS else None


def write(folder: Path, record: Record) -> None:
    """Write a record, in place of an older one of the same submission. Raises RecordsError, OSError."""
    read(folder, record.submission)
    write_atomically(path_of(folder, record.submission), dump(record.to_json()))


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[bool]:
    """Keep other gradings out of the folder, which is made if need be, while the block runs.

    Yields False where the file system knows no locks. Raises RecordsError where another grading is in.
    The lock is this process's alone, so it goes when this process does, however that comes about.
    """
    try:
        folder.mkdir(exist_ok=True)
        file = (folder / LOCK).open("ab")
    except OSError as error:
        raise RecordsError(f"The folder {folder} for records cannot be used: {error.strerror}.") from None
    with file:
        try:
            alone = _lock(file.fileno())
        except BlockingIOError:
            raise RecordsError(
                f"Another grading is writing to {folder}: let it finish first, or name another folder."
            ) from None
        if alone:
            for left in folder.glob(".*" + UNFINISHED):  # their writers were killed
                with contextlib.suppress(OSError):
                    left.unlink()
        yield alone


def _lock(handle: int) -> bool:
    """Lock a file against other processes; False where that cannot be done, BlockingIOError where one did."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            # Not flock: the children of a killed grading would hold that one until they have ended too.
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ImportError:
        return False
    except OSError as error:
        if error.errno in _TAKEN:
            raise BlockingIOError from None
        return False
    return True


def _in_the_way(path: Path, submission: str, why: str) -> str:
    return f"{path} is not a record of {submission} ({why}): move it away and repeat the command."


@cache
def _reader() -> TypeAdapter[Record]:
    return TypeAdapter(Record)
