"""`dojo check EX`: one exercise in full."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from dojo.cli.common import one, open_course, past_of
from dojo.cli.grading import Job, carry_out, prepare, started, stay_warm
from dojo.verdict import Verdict

if TYPE_CHECKING:
    from rich.text import Text

    from dojo.views.console import Screen


def run(args: argparse.Namespace) -> int:
    """Check what was named, or the next exercise. Returns 0 only if all of it passed."""
    course = open_course(args.engine)
    names = [args.name] if args.name else [one(course, None, past_of(course)[1]).id]
    job = prepare(course, names, args)
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
    from dojo.views.exercise import exercise_report

    look = screen.look
    if job.several:
        screen.show(*classes.table(job.records, job.unreadable, look))
        return
    record = job.records[0]
    results = record.exercises
    screen.show(*overview.notices(record))
    if len(results) > 1:  # a module or a unit: its table, then what is wrong in full
        screen.show(*overview.graded(job.course, record, look))
        results = [r for r in results if r.verdict not in (Verdict.PASSED, Verdict.NOT_STARTED)]
    screen.show(*[exercise_report(result, look, verbose=args.verbose) for result in results])
    if job.own:
        screen.show(Text(), *_advice(job, screen))
    if args.verbose or not job.own:
        screen.show(overview.origin(record, look))


def _advice(job: Job, screen: Screen) -> list[Text]:
    """What to do next: go on after a pass, read or ask for a hint otherwise."""
    from dojo.views import overview

    record = job.records[0]
    open_ones = [r for r in record.exercises if r.verdict is not Verdict.PASSED]
    if len(record.exercises) == 1 and open_ones:
        name = open_ones[0].id
        first = overview.command(f"dojo show {name}", "what it asks for")
        hint = overview.command(f"dojo hint {name}", "a hint, if you are stuck")
        return [first] if open_ones[0].misconception else [first, hint]  # the report has named it already
    passed = overview.passed_after(job.past.passed, record.exercises)
    return [overview.next_line(job.course, passed)]
