"""What came of one grading, as plain data, and the folder that keeps it for the next run."""

from __future__ import annotations

import contextlib
import json
import math
import os
import time
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import ClassVar

from pydantic import ConfigDict, TypeAdapter

from dojo.verdict import UNFINISHED, Counterexample, ExerciseResult, Verdict, dump, write_atomically

KEPT_DAYS = 30
_WORDS = {
    "error": "(it raised an exception)",
    "timeout": "(it took too long)",
    "memory": "(it took too much memory)",
    "crashed": "(it ended its process)",
}


@dataclass(frozen=True)
class Outcome:
    """The verdict on one version, and what its author would be shown.

    `entries` counts the numbers of the largest input in the counterexample. A mutant that passed is compared
    with the reference, one that got a name with the misconception of that name: on `tried` random inputs,
    `differing` of which they answer differently. `fails` are all properties that do not hold, where each was
    asked.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(strict=True, extra="forbid")

    verdict: str
    broke: str | None  # the property that did not hold, in plain words
    misconception: str | None
    entries: int | None
    message: str
    seconds: float
    hints: list[str] = field(default_factory=list)
    tried: int = 0
    differing: int = 0
    fails: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether the grader let it through."""
        return self.verdict == Verdict.PASSED.value

    @property
    def by(self) -> str:
        """What it was that a version fell short of: a property, or where there is none the verdict."""
        return self.broke or _WORDS.get(self.verdict, self.verdict)


def outcome_of(result: ExerciseResult, tried: int = 0, differing: int = 0) -> Outcome:
    """What is kept of a result."""
    return Outcome(
        result.verdict.value,
        result.property if result.verdict is not Verdict.PASSED else None,
        result.misconception,
        None if result.counterexample is None else largest_input(result.counterexample),
        result.message,
        result.duration_s,
        result.hints,
        tried,
        differing,
    )


def largest_input(case: Counterexample) -> int:
    """How many numbers the largest input has that a student is shown."""
    sizes = [0]
    for shown in case.inputs:
        if shown.shape is not None:
            sizes.append(math.prod(shown.shape))
        elif shown.kind == "value":
            sizes.append(len(shown.values) if isinstance(shown.values, (list, dict)) else 1)
    return max(sizes)


class Store:
    """A folder of outcomes: `EXERCISE/KEY.json`, each written in one step, so that a killed run goes on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, exercise: str, key: str) -> Outcome | None:
        """The outcome under this key. None where there is none, or nothing that can be read."""
        path = self.folder / exercise / f"{key}.json"
        try:
            found = _reader().validate_json(path.read_bytes())
            os.utime(path)
        except (OSError, ValueError):
            return None
        return found

    def write(self, exercise: str, key: str, outcome: Outcome) -> None:
        """Keep an outcome. Raises OSError."""
        path = self.folder / exercise / f"{key}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, dump(asdict(outcome)))

    def tidy(self) -> None:
        """Remove what nobody has asked for in a month, and what killed writers have left."""
        month_ago = time.time() - KEPT_DAYS * 86_400
        for path in self.folder.glob("*/*"):
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < month_ago or path.name.endswith(UNFINISHED):
                    path.unlink()


@cache
def _reader() -> TypeAdapter[Outcome]:
    return TypeAdapter(Outcome)


def to_json(outcome: Outcome) -> dict[str, object]:
    """An outcome as plain JSON data."""
    data: dict[str, object] = json.loads(dump(asdict(outcome)))
    return data
