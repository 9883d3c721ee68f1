"""`dojo list`: all exercises by unit, with how far the student is."""

from __future__ import annotations

import argparse

from dojo.cli.common import open_course, past_of, select


def run(args: argparse.Namespace) -> int:
    """Show the units that were named, or all. Returns 0."""
    course = open_course()
    wanted = {course.unit_of(e.id).id for e in select(course, args.names)}
    _, past = past_of(course)

    from rich.text import Text

    from dojo.views import overview
    from dojo.views.console import make_console

    screen = make_console(args.plain)
    states = {e.id: past.state(e.id) for e in course.exercises}
    passed = past.passed & set(states)
    units = [unit for unit in course.units if unit.id in wanted]
    screen.show(*overview.listed(course, states, units, screen.look), Text())
    screen.show(overview.progress(course, passed, screen.look), Text(), overview.next_line(course, passed))
    return 0
