"""The plain record that grading yields: every table, report and exit code is a view of it."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from dataclasses import asdict, dataclass, field
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from dojo.points import Points, added

# Rises when a key changes its meaning or goes. A new key, such as `course`, is no reason: readers skip
# what they do not know.
SCHEMA = 1

UNFINISHED = ".dojo-tmp"  # ends the name of a file that is being written


def _not_finite(value: object) -> object:
    return float(value) if isinstance(value, str) and value in ("nan", "inf", "-inf") else value


Number = Annotated[float, BeforeValidator(_not_finite)]  # which `dump` writes as words where it has to


def _hundredths(value: float) -> float:
    if value != round(value, 2) or value == int(value):
        raise ValueError("no hundredths")
    return value


_Part = Annotated[float, Field(allow_inf_nan=False), AfterValidator(_hundredths)]
Earned = int | _Part  # points; a float only where there are hundredths


class _FromJson:
    """How pydantic reads one back (see `records`): these types, these keys, and nothing made to fit."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(strict=True, extra="forbid")


class Verdict(str, Enum):
    """The outcome of one attempt. There is no default: `passed` has to be earned."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    CRASHED = "crashed"
    FORBIDDEN = "forbidden"
    NOT_STARTED = "not_started"
    KIT_ERROR = "kit_error"  # our fault: neither credits nor costs


@dataclass(frozen=True)
class Shown(_FromJson):
    """A value made plain for a report: nested lists or a scalar, cut when it is large."""

    kind: str  # "tensor", "value", "text" (a description) or "code"
    values: Any
    shape: list[int] | None = None
    dtype: str | None = None
    name: str | None = None
    cut: bool = False


@dataclass(frozen=True)
class Worst(_FromJson):
    """The entry with the largest error: its index, what was expected there and what came."""

    index: list[int]
    expected: Number
    actual: Number


@dataclass(frozen=True)
class Counterexample(_FromJson):
    """The smallest input found on which an answer is wrong.

    `ratio` is actual / expected where that is the same for every entry; `entries` counts the entries
    of the answer and `wrong_entries` those outside the tolerance, which `tolerance` states in words.
    """

    inputs: list[Shown]
    expected: Shown | None
    actual: Shown | None
    worst: Worst | None = None
    ratio: Number | None = None
    entries: int = 0
    wrong_entries: int = 0
    wrong_mask: list[Any] | bool | None = None  # nested like expected.values; True marks a wrong entry
    tolerance: str | None = None


@dataclass(frozen=True)
class ExerciseResult(_FromJson):
    """What one attempt came to. `message` is one sentence for the student."""

    id: str
    unit: str
    verdict: Verdict
    points: Earned
    max_points: int
    message: str
    property: str | None = None  # the broken property in plain words
    misconception: str | None = None  # its id, where one matches
    counterexample: Counterexample | None = None
    duration_s: Number = 0.0
    output: str = ""  # what the student's code printed, cleaned and cut
    checks: int = 0  # how many examples were checked
    hints: list[str] = field(default_factory=list)  # the three tiers of the misconception, where one matches
    held: int | None = None  # where points are earned by property (see `credit`): so many of those that count
    properties: int | None = None  # hold, of so many


@dataclass(frozen=True)
class Record(_FromJson):
    """The grading of one submission: what was graded (`digest`), and by what (`course`, see `digest.py`)."""

    submission: str
    isolation: str
    seed: str
    digest: str
    course: str
    engine: str
    points: Earned
    max_points: int
    exercises: list[ExerciseResult]
    notices: list[str] = field(default_factory=list)
    schema: int = SCHEMA

    def to_json(self) -> dict[str, Any]:
        """The record as plain JSON data, keys in a fixed order."""
        head = {"schema": self.schema}
        body = asdict(self)
        del body["schema"]
        for exercise in body["exercises"]:
            exercise["verdict"] = exercise["verdict"].value
        return head | body


def total(results: list[ExerciseResult]) -> tuple[Points, int]:
    """Points earned and points possible. What failed through our fault leaves both sums."""
    counted = [r for r in results if r.verdict is not Verdict.KIT_ERROR]
    return added(r.points for r in counted), sum(r.max_points for r in counted)


def write_atomically(path: Path, text: str) -> None:
    """Replace `path` by `text` so that a reader, or a kill, sees the old file or the new one."""
    handle, temporary = tempfile.mkstemp(
        dir=path.parent, prefix=_temporary_prefix(path) + f"{os.getpid()}-", suffix=UNFINISHED
    )
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def remove_unfinished(path: Path) -> None:
    """Remove what killed writers of `path` left beside it; a writer that is at work keeps its file."""
    for left in path.parent.glob("*" + UNFINISHED):
        writer = left.name.removeprefix(_temporary_prefix(path)).partition("-")[0]
        if left.name.startswith(_temporary_prefix(path)) and writer.isdigit() and not _is_alive(int(writer)):
            with contextlib.suppress(OSError):
                left.unlink()


def _temporary_prefix(path: Path) -> str:
    return f".{path.name[:50]}."  # cut, for a name may be as long as a file system takes


def _is_alive(pid: int) -> bool:
    if os.name == "nt":
        return False  # asking would kill it there, and a file that is open cannot be removed
    if pid == os.getpid():
        return False  # this process is not writing at the moment, so its namesake is meant
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        pass  # somebody else's
    return True


def dump(data: Any) -> str:
    """JSON that any reader accepts and reads back as it was: no NaN literals, no halves of characters."""
    return json.dumps(_writable(data), indent=2, allow_nan=False, ensure_ascii=False) + "\n"


def _writable(data: Any) -> Any:
    if isinstance(data, float) and (data != data or data in (float("inf"), float("-inf"))):
        return str(data)
    if isinstance(data, str):
        return data.encode("utf-8", "backslashreplace").decode("utf-8")  # half a character, spelt out
    if isinstance(data, dict):
        return {_writable(key): _writable(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_writable(value) for value in data]
    return data
