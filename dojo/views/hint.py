"""One hint, or all of them once they are earned, as a card."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from dojo.course import Exercise
from dojo.text import clean
from dojo.views.exercise import rows
from dojo.views.look import Look


def hint_card(
    exercise: Exercise, slip: str | None, hints: Sequence[str], first: int, last: int, look: Look
) -> list[RenderableType]:
    """The hints from `first` up to `last` (counted from 0), and how to get the next."""
    count = len(hints)
    alone = last - first == 1
    right = Text(f"hint {last} of {count}" if alone else f"all {count} hints", "muted")
    body: list[RenderableType] = []
    if slip:
        body += [Text(f"Your last answer equals that of a known slip ({clean(slip, 60)}).", "muted"), Text()]
    if alone:
        body.append(Text(clean(hints[first], 1000)))
    else:
        for i in range(first, last):
            body += [Text()] if i > first else []
            body.append(rows([(Text(str(i + 1), "accent"), Text(clean(hints[i], 1000)))]))
    card = look.card(Text(exercise.id, "accent.bold"), right, body)
    return [card, Text(), Text("  " + _after(exercise, alone, last, count), "muted")]


def _after(exercise: Exercise, alone: bool, last: int, count: int) -> str:
    if not alone:
        return f"These are all the hints there are. `dojo check {exercise.id}` tries again."
    if last < count:
        return f"`dojo hint {exercise.id}` shows the next one."
    return f"That was the last one. `dojo hint {exercise.id}` shows all {count} again."
