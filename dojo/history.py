"""A student's own history: attempts and hints, one JSON line each, only ever appended.

Each event is one write at the end of the file, so a kill at any moment leaves whole lines and at most
one torn one at the end. Reading skips what it does not understand; writing starts on a fresh line.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from dojo.verdict import ExerciseResult

FOLDER = ".dojo"
NAME = "history.jsonl"
ELSEWHERE = "DOJO_HISTORY"  # names a file, where the course's folder is not the student's own
SCHEMA = 1


@dataclass(frozen=True)
class Attempt:
    """What the last attempt at an exercise came to."""

    exercise: str
    verdict: str
    time: str
    digest: str = ""
    misconception: str | None = None
    hints: list[str] = field(default_factory=list)  # those of the misconception


@dataclass
class Past:
    """All that the history says: the last attempt and the hints shown of each exercise."""

    last: dict[str, Attempt] = field(default_factory=dict)
    latest: Attempt | None = None
    counts: dict[str, int] = field(default_factory=dict)  # attempts of each exercise
    # How many hints were shown, by (exercise, misconception or "").
    hints: dict[tuple[str, str], int] = field(default_factory=dict)

    def state(self, exercise: str) -> str:
        """`passed`, `tried` or `not_started`, by the last attempt."""
        attempt = self.last.get(exercise)
        if attempt is None or attempt.verdict == "not_started":
            return "not_started"
        return "passed" if attempt.verdict == "passed" else "tried"

    @property
    def passed(self) -> set[str]:
        """The exercises whose last attempt passed."""
        return {name for name in self.last if self.state(name) == "passed"}


class History:
    """The store in `<course>/.dojo/history.jsonl`, or where DOJO_HISTORY says."""

    def __init__(self, root: Path) -> None:
        elsewhere = os.environ.get(ELSEWHERE)
        self.path = Path(elsewhere) if elsewhere else root / FOLDER / NAME

    def read(self) -> Past:
        """The past, as far as it can be read. Raises OSError where the file exists and cannot be opened."""
        past = Past()
        for event in self._events():
            exercise = event.get("exercise")
            if not isinstance(exercise, str):
                continue
            if event.get("event") == "attempt":
                _add_attempt(past, exercise, event)
            elif event.get("event") == "hint":
                tier, about = event.get("tier"), event.get("misconception") or ""
                if isinstance(tier, int) and isinstance(about, str):
                    key = (exercise, about)
                    past.hints[key] = max(past.hints.get(key, 0), tier)
        return past

    def add_attempt(self, result: ExerciseResult, digest: str, *, sync: bool = True) -> None:
        """Remember one attempt. Raises OSError."""
        event = {"verdict": result.verdict.value, "digest": digest, "misconception": result.misconception}
        self._append("attempt", result.id, event | {"hints": list(result.hints)}, sync)

    def add_hint(self, exercise: str, misconception: str | None, tier: int) -> None:
        """Remember that a hint was shown: the exercise's own, or one of a misconception. Raises OSError."""
        self._append("hint", exercise, {"misconception": misconception, "tier": tier}, True)

    def sync(self) -> None:
        """Make sure that what was appended survives a power cut. Raises OSError."""
        if self.path.exists():
            with self.path.open("ab") as file:
                os.fsync(file.fileno())

    def _append(self, kind: str, exercise: str, event: dict[str, Any], sync: bool) -> None:
        now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        full = {"v": SCHEMA, "time": now, "event": kind, "exercise": exercise} | event
        line = json.dumps(full).encode("ascii") + b"\n"
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
        try:
            if _torn(handle):
                line = b"\n" + line
            if os.write(handle, line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))
            if sync:
                os.fsync(handle)
        finally:
            os.close(handle)

    def _events(self) -> Iterator[dict[str, Any]]:
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return
        for line in data.split(b"\n"):
            try:
                event = json.loads(line)
            except (ValueError, RecursionError):
                continue  # torn, foreign, or not text at all
            if isinstance(event, dict):
                yield event


def _add_attempt(past: Past, exercise: str, event: dict[str, Any]) -> None:
    verdict, hints, misconception = event.get("verdict"), event.get("hints"), event.get("misconception")
    if not isinstance(verdict, str) or verdict == "kit_error":  # our fault says nothing about the student
        return
    attempt = Attempt(
        exercise=exercise,
        verdict=verdict,
        time=str(event.get("time", "")),
        digest=str(event.get("digest", "")),
        misconception=misconception if isinstance(misconception, str) else None,
        hints=[h for h in hints if isinstance(h, str)] if isinstance(hints, list) else [],
    )
    past.last[exercise] = attempt
    if verdict != "not_started":
        past.latest = attempt
        past.counts[exercise] = past.counts.get(exercise, 0) + 1


def _torn(handle: int) -> bool:
    """Whether the file's last line has no end, because a write was cut short."""
    end = os.lseek(handle, 0, os.SEEK_END)
    if end == 0:
        return False
    os.lseek(handle, end - 1, os.SEEK_SET)
    return os.read(handle, 1) != b"\n"
