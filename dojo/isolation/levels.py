"""The levels of isolation, and the proof that a report's level rests on."""

from __future__ import annotations

from dataclasses import dataclass

LEVELS = ("process", "confined", "sandbox")
WORDS = {
    "process": "a process of its own with limits, but able to read files and use the network",
    "confined": "no files but Python's own, no network, no other programs, no signals to others",
    "sandbox": "the same inside a system of its own, in which the course and your home do not exist",
}


def reaches(level: str, wanted: str) -> bool:
    """Whether a level is at least as strong as the one that is wanted."""
    return LEVELS.index(level) >= LEVELS.index(wanted)


@dataclass(frozen=True)
class Act:
    """One forbidden thing that the probe submission tried, at which level it must be refused, what came."""

    name: str
    level: str
    refused: bool
    detail: str


@dataclass(frozen=True)
class Proof:
    """What the probe submission could not do just now.

    level:  the strongest level of which every act was refused.
    acts:   everything that was tried.
    user:   the number of the user as whom student code runs; None where the platform has none.
    """

    level: str
    acts: tuple[Act, ...]
    user: int | None

    @property
    def as_root(self) -> bool:
        """Whether student code runs as root."""
        return self.user == 0

    def went_through(self, level: str) -> list[Act]:
        """The acts that stand between what was proven and this level."""
        return [act for act in self.acts if not act.refused and reaches(level, act.level)]
