"""Bare `dojo`: where you are, what is next, and the three commands to know."""

from __future__ import annotations

import argparse

from dojo.cli.common import open_course, past_of


def run(args: argparse.Namespace) -> int:
    """Show the overview. Returns 0."""
    course = open_course()
    _, past = past_of(course)

    from rich.text import Text

    from dojo.text import clean
    from dojo.views import overview
    from dojo.views.console import make_console

    screen = make_console(args.plain)
    passed = past.passed & {e.id for e in course.exercises}
    exercise = overview.next_exercise(course, passed)
    screen.show(Text(), Text("  " + clean(course.title, 70), "accent.bold"), Text())
    screen.show(overview.progress(course, passed, screen.look), Text())
    if exercise is None:
        screen.show(overview.next_line(course, passed))
        return 0
    tried = past.counts.get(exercise.id, 0)
    facts = [f"{exercise.minutes} min", f"{exercise.points} points" if exercise.points > 1 else "1 point"]
    facts += [f"tried {tried} times" if tried > 1 else "tried once"] if tried else []
    next_up = Text.assemble("  Next  ", (exercise.id, "strong"), f"  {clean(exercise.title, 60)}")
    detail = Text("        ").append_text(screen.look.difficulty(exercise.difficulty))
    detail.append("  " + f" {screen.look.dot} ".join(facts), "muted")
    screen.show(next_up, detail, Text())
    screen.show(
        overview.command(f"dojo show {exercise.id}", "what it asks for"),
        overview.command(f"dojo check {exercise.id}", "is it right"),
        overview.command(f"dojo hint {exercise.id}", "a hint, if you are stuck"),
        Text(),
    )
    return 0
