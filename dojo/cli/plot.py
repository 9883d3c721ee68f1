"""`dojo plot NAME`: a picture of what your own code computes."""

from __future__ import annotations

import argparse
import difflib
from pathlib import Path
from typing import TYPE_CHECKING

from dojo.cli.common import open_course
from dojo.cli.errors import NOT_PASSED, PASSED, UsageError
from dojo.cli.grading import started

if TYPE_CHECKING:
    from dojo.course import Course
    from dojo.plots.figures import Figure
    from dojo.plots.registry import Plot
    from dojo.views.console import Screen

FOLDER = "plots"  # in the course's folder


def run(args: argparse.Namespace) -> int:
    """Draw the plot that was named, here and into a file; without a name, list them. Returns 0 if it was
    drawn."""
    course = open_course(args.engine)
    from dojo.plots import registry
    from dojo.views.console import make_console

    screen = make_console(args.plain)
    plots = registry.load(course)
    if args.name is None:
        _list(plots, course, screen)
        return PASSED
    if args.name not in plots:
        near = difflib.get_close_matches(args.name, plots, n=1)
        advice = f"Did you mean `{near[0]}`?" if near else "`dojo plot` lists them."
        raise UsageError(f"There is no plot {args.name!r}. {advice}")
    plot = plots[args.name]
    figure = _drawn(plot, course, screen, args)
    if figure is None:
        return NOT_PASSED
    _save(figure, plot, course, screen, args.output)
    return PASSED


def _list(plots: dict[str, Plot], course: Course, screen: Screen) -> None:
    from rich.table import Table
    from rich.text import Text

    if not plots:
        screen.show(Text("This course has no plots."))
        return
    table = Table.grid(padding=(0, 2))
    for plot in plots.values():
        table.add_row("", Text(plot.name, style="strong"), Text(plot.title))
    screen.show(table, Text(), Text("  dojo plot NAME draws one, from your own code", style="muted"))


def _drawn(plot: Plot, course: Course, screen: Screen, args: argparse.Namespace) -> Figure | None:
    from rich.text import Text

    from dojo.plots.ask import NothingToDraw, figure
    from dojo.plots.terminal import drawn
    from dojo.submission import take

    folder = Path(args.submission) if args.submission else course.root / "exercises"
    submission = take(folder, course)
    with started(course, args) as engine:
        engine.load([course.exercise(plot.exercise)])
        try:
            found = figure(course, plot, submission, engine.server())
        except NothingToDraw as reason:
            screen.show(
                Text(f"{plot.name} draws what your `{plot.exercise}` computes."),
                Text(str(reason)),
                Text(f"dojo check {plot.exercise} says more.", style="muted"),
            )
            return None
    screen.show(
        Text(f"  {plot.title}", style="strong"),
        Text(),
        *drawn(found, screen.look, screen.color_system is not None),
        Text(),
    )
    return found


def _save(figure: Figure, plot: Plot, course: Course, screen: Screen, output: str | None) -> None:
    from rich.text import Text

    from dojo.plots.picture import save, suffix

    path = Path(output) if output else course.root / FOLDER / f"{plot.name}{suffix(figure)}"
    try:
        if output is None:
            path.parent.mkdir(exist_ok=True)
        save(figure, plot.title, path)
    except (OSError, ValueError) as error:  # ValueError: matplotlib does not know such files
        raise UsageError(f"The plot could not be written to {path}: {error}.") from None
    shown = path if output else path.relative_to(course.root)
    screen.show(Text(f"  saved as {shown}", style="muted"))
