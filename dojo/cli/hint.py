"""`dojo hint EX`: the next of three hints, about the last attempt's slip where one was recognised."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from dojo.cli.common import one, open_course, past_of
from dojo.cli.errors import say
from dojo.course import Exercise
from dojo.history import Past

TIERS = 3


def run(args: argparse.Namespace) -> int:
    """Show a hint and remember that it was shown. Returns 0."""
    course = open_course()
    history, past = past_of(course)
    exercise = one(course, args.name, past)
    slip, hints = source(exercise, past)
    shown = min(past.hints.get((exercise.id, slip or ""), 0), len(hints))
    everything = past.state(exercise.id) == "passed" or shown == len(hints)
    first, last = (0, len(hints)) if everything else (shown, shown + 1)
    if last > shown:
        try:
            history.add_hint(exercise.id, slip, last)
        except OSError as error:
            say(f"The history {history.path} cannot be written ({error.strerror}); this hint comes again.")

    from dojo.views.console import make_console
    from dojo.views.hint import hint_card

    screen = make_console(args.plain)
    screen.show(*hint_card(exercise, slip, hints, first, last, screen.look))
    return 0


def source(exercise: Exercise, past: Past) -> tuple[str | None, Sequence[str]]:
    """Whose hints to show: those of the slip that the last attempt was recognised as, or the exercise's."""
    attempt = past.last.get(exercise.id)
    if attempt and attempt.verdict != "passed" and attempt.misconception and attempt.hints:
        return attempt.misconception, attempt.hints[:TIERS]
    return None, exercise.hints
