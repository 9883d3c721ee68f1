"""The warm server: a process that has imported torch already, so that a check need not wait for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dojo.course import Course


def try_warm(argv: list[str]) -> int | None:
    """Let a warm server run this command. Its exit code, or None where there is no server."""
    return None


def stay_warm(engine: Any) -> None:
    """Leave a warm server behind for the next command."""


def serve(course: Course) -> int:
    """Be a warm server until stopped. Returns the exit code."""
    return 0
