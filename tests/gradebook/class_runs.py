"""What a run over a class leaves for the tests to look at. Needs nothing of nbgrader."""

from __future__ import annotations

from dataclasses import dataclass

ODD_NAMES = ("=1+1", "a b", "-x", "o'neil", "ünïcödé", "<b>x", "{y}", "$(id)", "%s", "a+b")


@dataclass(frozen=True)
class Run:
    """What `nbgrader autograde` said of the class, and whether it was content with everybody."""

    log: str
    success: bool
    feedback: bool
    isolation: str  # what had to be asked for here
