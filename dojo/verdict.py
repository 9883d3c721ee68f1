"""The plain record that grading yields: every table, report and exit code is a view of it."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict, dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

SCHEMA = 1


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
class Shown:
    """A value made plain for a report: nested lists or a scalar, cut when it is large."""

    kind: str  # "tensor", "value", "text" (a description) or "code"
    values: Any
    shape: list[int] | None = None
    dtype: str | None = None
    name: str | None = None
    cut: bool = False


@dataclass(frozen=True)
class Worst:
    """The entry with the largest error: its index, what was expected there and what came."""

    index: list[int]
    expected: float
    actual: float


@dataclass(frozen=True)
class Counterexample:
    """The smallest input found on which an answer is wrong.

    `ratio` is actual / expected where that is the same for every entry; `entries` counts the entries
    of the answer and `wrong_entries` those outside the tolerance, which `tolerance` states in words.
    """

    inputs: list[Shown]
    expected: Shown | None
    actual: Shown | None
    worst: Worst | None = None
    ratio: float | None = None
    entries: int = 0
    wrong_entries: int = 0
    wrong_mask: list[Any] | bool | None = None  # nested like expected.values; True marks a wrong entry
    tolerance: str | None = None


@dataclass(frozen=True)
class ExerciseResult:
    """What one attempt came to. `message` is one sentence for the student."""

    id: str
    unit: str
    verdict: Verdict
    points: int
    max_points: int
    message: str
    property: str | None = None  # the broken property in plain words
    misconception: str | None = None  # its id, where one matches
    counterexample: Counterexample | None = None
    duration_s: float = 0.0
    output: str = ""  # what the student's code printed, cleaned and cut
    checks: int = 0  # how many examples were checked
    hints: list[str] = field(default_factory=list)  # the three tiers of the misconception, where one matches


@dataclass(frozen=True)
class Record:
    """The grading of one submission."""

    submission: str
    isolation: str
    seed: str
    digest: str
    engine: str
    points: int
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


def total(results: list[ExerciseResult]) -> tuple[int, int]:
    """Points earned and points possible. What failed through our fault leaves both sums."""
    counted = [r for r in results if r.verdict is not Verdict.KIT_ERROR]
    return sum(r.points for r in counted), sum(r.max_points for r in counted)


def write_atomically(path: Path, text: str) -> None:
    """Replace `path` by `text` so that a reader, or a kill, sees the old file or the new one."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
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


def dump(data: Any) -> str:
    """JSON that any reader accepts: no NaN literals, a line break at the end."""
    return json.dumps(_without_nan(data), indent=2, allow_nan=False, ensure_ascii=False) + "\n"


def _without_nan(data: Any) -> Any:
    if isinstance(data, float) and (data != data or data in (float("inf"), float("-inf"))):
        return str(data)
    if isinstance(data, dict):
        return {key: _without_nan(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_without_nan(value) for value in data]
    return data
