"""`dojo course truth`: no wrong answer passes and no right one fails, in figures."""

from __future__ import annotations

import argparse
import math
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from dojo import __version__
from dojo.cli.common import authors_only, open_course, select
from dojo.cli.errors import NOT_PASSED, PASSED, UsageError, write
from dojo.course import Course
from dojo.verdict import dump, write_atomically

FOLDER = Path(".dojo") / "truth"
STEPS = 10  # lines that say how far it is, where there is no terminal


def run(args: argparse.Namespace) -> int:
    """Measure and report. Returns 1 if a figure is not reached or anything is left to look at."""
    authors_only("dojo course truth")
    course = open_course()
    exercises = select(course, args.names)
    _check(args)
    from dojo.engine import Engine
    from dojo.lanes import most
    from dojo.seeds import Seed
    from dojo.truth import overall, page, summary, table  # noqa: F401, before anybody edits them meanwhile
    from dojo.truth.whole import Plan, carry_out
    from dojo.views.console import make_console

    folder = Path(args.output) if args.output else course.root / FOLDER
    touched = frozenset() if args.touched is None else touched_since(course, args.touched)
    seed = Seed.public(course.key)
    plan = Plan(
        exercises,
        seed,
        args.sample,
        args.seeds,
        args.verify,
        touched,
        args.mutants,
        args.alone,
        math.inf if args.minutes is None else 60 * args.minutes,
    )
    screen = make_console(args.plain)
    jobs = args.jobs or most(None) + 1  # a lane waits for its worker about half of the time
    with Engine(course, lanes=jobs) as engine, _progress(screen) as begin:
        truth = carry_out(engine, plan, folder, begin)
        isolation = engine.isolation
    screen.show(*table.report(truth.found, truth.problems, screen.look))
    if truth.left_out:
        write(f"{truth.left_out:,} versions were not graded: the time was over.")
    _write_reports(args, truth, _head(args, isolation))
    return PASSED if truth.holds else NOT_PASSED


def _write_reports(args: argparse.Namespace, truth: Any, head: dict[str, Any]) -> None:
    if args.json:
        from dojo.truth.overall import as_json

        _save(args.json, dump(as_json(truth.found, {**head, "problems": truth.problems})))
    if args.html:
        from dojo.truth.page import page

        _save(args.html, page(truth.found, truth.problems, head))
    if args.summary:
        from dojo.truth.summary import put, summary

        _save(args.summary, put(Path(args.summary), summary(truth.found, head)))


def _check(args: argparse.Namespace) -> None:
    """Everything that can be wrong with the command, before anything slow begins."""
    for option in ("sample", "seeds", "jobs"):
        value = getattr(args, option)
        if value is not None and value < 1:
            raise UsageError(f"--{option} {value}: give a number of at least 1.")
    if args.minutes is not None and not 0 < args.minutes < math.inf:
        raise UsageError(f"--minutes {args.minutes:g}: give a number above 0.")
    for name in (args.json, args.html):
        if name is not None and (Path(name).is_dir() or not Path(name).parent.is_dir()):
            raise UsageError(f"The report {name} cannot be written: name a file in a folder that exists.")
    if args.summary is not None:
        from dojo.truth.summary import put

        try:
            put(Path(args.summary), "")
        except (OSError, ValueError) as error:
            raise UsageError(f"--summary {args.summary}: {error}") from None
    if args.output is not None and Path(args.output).exists() and not Path(args.output).is_dir():
        raise UsageError(f"--output {args.output}: this is no folder.")


def touched_since(course: Course, commit: str) -> frozenset[str]:
    """The exercises whose solution or grader is not as it was at this commit."""
    command = ["git", "diff", "--name-only", "--relative", commit, "--", "solutions", "graders"]
    try:
        done = subprocess.run(command, cwd=course.root, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        why = (getattr(error, "stderr", "") or str(error)).strip().split("\n")[0]
        raise UsageError(f"--touched {commit}: git does not say what has changed ({why}).") from None
    changed = {course.root / name for name in done.stdout.splitlines()}
    files = {e.id: {course.path(tree, e.id) for tree in ("solutions", "graders")} for e in course.exercises}
    return frozenset(exercise for exercise, own in files.items() if own & changed)


def _head(args: argparse.Namespace, isolation: str) -> dict[str, Any]:
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    now = datetime.fromtimestamp(int(given), timezone.utc) if given.isdigit() else datetime.now(timezone.utc)
    what = f"at most {args.sample} mutants an exercise" if args.sample else "all mutants"
    return {
        "engine": __version__,
        "date": f"{now:%Y-%m-%d}",
        "isolation": isolation,
        "mutants": what,
        "seeds of right answers": args.seeds,
    }


def _save(name: str, text: str) -> None:
    try:
        write_atomically(Path(name), text)
    except OSError as error:
        raise UsageError(f"The report could not be written to {name}: {error.strerror}.") from None


@contextmanager
def _progress(screen: Any) -> Iterator[Callable[[int], Any]]:
    """A bar in a terminal, and a line now and then elsewhere."""
    if not screen.is_terminal or screen.look.plain:
        yield _lines
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=screen, transient=True) as bar:
        task = bar.add_task("making mutants", total=None)

        def begin(total: int) -> Any:
            bar.update(task, total=total)
            return lambda job, outcome, known: bar.update(task, advance=1, description=job.exercise)

        yield begin


def _lines(total: int) -> Any:
    done = 0
    write(f"{total} versions to grade.")

    def tell(job: Any, outcome: Any, known: bool) -> None:
        nonlocal done
        done += 1
        if done * STEPS // total > (done - 1) * STEPS // total and total >= STEPS:
            write(f"{done} of {total}")

    return tell
