"""The figures in the terminal.

Of mutants: how many were made and killed, how many of the others are listed as equal to the right answer, and
how many are alive; how many got a name; the entries of the largest input shown, median and 95th percentile.
Then the listed wrong versions that were rejected, the right ones that were accepted, and seconds of grading.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from dojo.truth.figures import Figures, quantile
from dojo.truth.jobs import Job
from dojo.truth.outcome import Outcome
from dojo.truth.overall import Line, idle_everywhere, killed_by, lines, shares
from dojo.views.look import Look

MOST_ROWS = 40  # more exercises than this and there is a row for each unit
MOST_SHOWN = 12  # survivors with their diffs; the others are in the other reports


def report(found: Sequence[Figures], problems: Sequence[str], look: Look) -> list[RenderableType]:
    """Everything that one wants to see at once."""
    parts: list[RenderableType] = [_rows(found, look), Text(), _figures(lines(found), look), Text()]
    parts += _properties(found)
    survivors = [pair for f in found for pair in f.survivors]
    for job, outcome in survivors[:MOST_SHOWN]:
        parts += _survivor(job, outcome)
    if len(survivors) > MOST_SHOWN:
        parts += [Text(f"... and {len(survivors) - MOST_SHOWN} more survivors.", "muted"), Text()]
    wrong = [f"{f.exercise}: the wrong version {name} passes." for f in found for name in f.missed]
    failures = _failures(found)
    if len(failures) > MOST_SHOWN:
        failures[MOST_SHOWN:] = [f"... and {len(failures) - MOST_SHOWN} more like these."]
    return parts + [Text(line, "failed") for line in (*failures, *wrong, *problems)]


def _failures(found: Sequence[Figures]) -> list[str]:
    """Right answers that are rejected, and faults of the kit."""
    pairs = [pair for f in found for pair in (*f.rejected, *f.broken)]
    return [f"{job.exercise}: {job.kind} {job.name} ({job.seed.id}): {o.message}" for job, o in pairs]


def _rows(found: Sequence[Figures], look: Look) -> Table:
    simple = box.ASCII_DOUBLE_HEAD if look.ascii else box.SIMPLE_HEAD
    heads = ["exercise" if len(found) <= MOST_ROWS else "unit"]
    heads += "made killed equal alive named entries wrong right s".split()
    if len(found) <= MOST_ROWS:
        rows = [[f.exercise, *_cells([f])] for f in found]
    else:
        rows = [[unit, *_cells(list(group))] for unit, group in groupby(found, key=lambda f: f.unit)]
    table = Table(box=None if look.plain else simple, pad_edge=False, padding=(0, 1, 0, 0))
    for number, head in enumerate(heads):  # where it is narrow, names are cut and not numbers
        widest = max([len(head), *(len(row[number]) for row in rows)]) if number else 8
        table.add_column(head, justify="right" if number else "left", no_wrap=True, min_width=widest)
    for row in rows:
        table.add_row(*row)
    return table


def _cells(group: Sequence[Figures]) -> list[str]:
    entries = [n for f in group for n in f.entries]
    wrong, right = sum(len(f.matrix) for f in group), sum(f.right for f in group)
    return [
        str(sum(f.made for f in group)),
        str(sum(f.killed for f in group)),
        str(sum(len(f.equivalent) for f in group)),
        str(sum(len(f.survivors) for f in group)),
        str(sum(len(f.named) for f in group)),
        f"{quantile(entries, 0.5)}/{quantile(entries, 0.95)}",
        f"{wrong - sum(len(f.missed) for f in group)}/{wrong}",
        f"{right - sum(f.wrongly for f in group)}/{right}",
        f"{sum(f.seconds for f in group):.0f}",
    ]


def _figures(found: Sequence[Line], look: Look) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    for line in found:
        mark = look.mark("passed" if line.holds else "failed") if line.target else Text("")
        table.add_row(mark, line.name, line.value, Text(line.target, "muted"))
    return table


def _properties(found: Sequence[Figures]) -> list[RenderableType]:
    parts: list[RenderableType] = [Text("Killed by", "strong")]
    parts += [Text(f"{count:7,}  {text}") for text, count in killed_by(found).most_common(10)]
    idle = idle_everywhere(found)
    if idle:
        parts += [Text(), Text("Rejected nothing that the properties before let through", "strong")]
        parts += [Text(f"{count:7,}  {text}") for text, count in idle[:10]]
    least = shares(found)
    if least:
        parts += [Text(), Text("Asked by itself, each property rejects ... (of them first, alone)", "strong")]
        parts += [Text(f"{s.rejects:7,} {s.first:7,} {s.alone:7,}  {s.text}") for s in least[:20]]
    return [*parts, Text()]


def _survivor(job: Job, outcome: Outcome) -> list[RenderableType]:
    assert job.mutant is not None
    head = Text.assemble((job.exercise, "strong"), f"  {job.name}, line {job.mutant.line}: ", looks(outcome))
    styles = {"-": "wrong", "+": "right"}
    diff = [Text("    " + line, styles.get(line[:1], "muted")) for line in job.mutant.diff.split("\n")]
    return [head, *diff, Text()]


def looks(outcome: Outcome) -> str:
    """What the comparison of a survivor with the reference says."""
    if not outcome.tried:
        return "passes"
    if not outcome.differing:
        return f"passes, and looks equivalent on {outcome.tried} random inputs"
    return f"passes, but is something else on {outcome.differing} of {outcome.tried} random inputs"
