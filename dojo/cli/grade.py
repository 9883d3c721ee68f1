"""`dojo grade`: everything at once, as a table by unit, or a table of submissions."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from dojo.cli.common import open_course
from dojo.cli.grading import Job, carry_out, prepare, started, stay_warm

if TYPE_CHECKING:
    from dojo.views.console import Screen


def run(args: argparse.Namespace) -> int:
    """Grade what was named and show it. Returns 0 only if all of it passed."""
    course = open_course(args.engine)
    job = prepare(course, args.names, args)
    with started(course, args) as engine:
        from dojo.views.console import make_console
        from dojo.views.live import watching

        screen = make_console(args.plain)
        carry_out(job, engine, args, watching(screen, job.exercises, len(job.folders)))
        _show(job, screen, args)
        stay_warm(args, engine)
    return job.code


def _show(job: Job, screen: Screen, args: argparse.Namespace) -> None:
    from rich.text import Text

    from dojo.views import classes, overview

    look = screen.look
    if job.several:
        screen.show(*classes.table(job.records, job.unreadable, look))
        screen.show(*classes.earlier(job.taken, len(job.folders), job.outdated))
        return
    record = job.records[0]
    fold = not (args.verbose or args.plain)
    screen.show(*overview.notices(record), *overview.graded(job.course, record, look, fold=fold), Text())
    if job.own:
        passed = overview.passed_after(job.past.passed, record.exercises)
        screen.show(
            overview.progress(job.course, passed, look), Text(), overview.next_line(job.course, passed)
        )
    if args.verbose or not job.own:
        screen.show(overview.origin(record, look))
    screen.show(*classes.earlier(job.taken, 1, job.outdated))
