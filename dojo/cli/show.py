"""`dojo show EX`: what an exercise asks for."""

from __future__ import annotations

import argparse

from dojo.cli.common import one, open_course, past_of


def run(args: argparse.Namespace) -> int:
    """Show the statement, the shapes, the needs and the rules. Returns 0."""
    course = open_course()
    _, past = past_of(course)
    exercise = one(course, args.name, past)

    from dojo.views.console import make_console
    from dojo.views.statement import statement

    screen = make_console(args.plain)
    screen.show(*statement(course, exercise, past, screen.look))
    return 0
