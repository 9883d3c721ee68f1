"""A folder of submissions as a table: points, counts of verdicts, and what was missed most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from dojo.points import written
from dojo.text import clean, plural, shorten
from dojo.verdict import Record, Verdict
from dojo.views.exercise import rows
from dojo.views.look import Look
from dojo.views.wording import STYLES, WORDS

NAME, LEAST = 24, 9  # columns for the name of a submission: at most, and where it is tight
GAP = 2
MOST_MISSED = 3


def table(
    records: Sequence[Record], unreadable: Sequence[tuple[str, str]], look: Look
) -> list[RenderableType]:
    """The card of a class. `unreadable` are submissions that could not be graded at all, with the reason."""
    most = max((record.max_points for record in records), default=0)
    title = Text(plural(len(records) + len(unreadable), "submission"), "accent.bold")
    body: list[RenderableType] = [_grid(records, look)] if records else []
    if unreadable:
        body += [Text()] if body else []
        body += [Text("Not graded", "muted")]
        body.append(
            rows(
                [
                    (Text(shorten(clean(name, 80), NAME, look.ellipsis)), Text(clean(text, 300)))
                    for name, text in unreadable
                ]
            )
        )
    return [
        look.card(title, Text(plural(most, "point") + " each", "muted"), body),
        Text(),
        *_summary(records, look),
    ]


def earlier(taken: int, total: int, outdated: int) -> list[Text]:
    """How much was graded before: nothing where there were no earlier records."""
    if not taken and not outdated:
        return []
    line = f"{taken} of {total} taken from earlier records"
    if outdated:
        line += f", {plural(outdated, 'outdated one')} graded anew"
    return [Text(), Text("  " + line, "muted")]


def _grid(records: Sequence[Record], look: Look) -> Table:
    counts = [Counter(result.verdict for result in record.exercises) for record in records]
    points = [f"{written(record.points)}/{record.max_points}" for record in records]
    taken = GAP + max(len("points"), *map(len, points))
    columns = _columns(counts, look.inner - taken - LEAST)
    room = min(NAME, look.inner - taken - _width(columns))
    grid = Table.grid(padding=(0, GAP, 0, 0))
    grid.add_column(no_wrap=True)
    for _ in range(1 + len(columns)):
        grid.add_column(justify="right", no_wrap=True)
    grid.add_row(*(Text(word, "muted") for word in ("submission"[:room], "points", *columns)))
    for record, count, earned in zip(records, counts, points, strict=True):
        name = shorten(clean(record.submission, 80), room, look.ellipsis)
        cells = [_cell(sum(count[v] for v in kinds), kinds[0]) for kinds in columns.values()]
        grid.add_row(Text(name), Text(earned, "strong"), *cells)
    return grid


def _columns(counts: Sequence[Counter[Verdict]], room: int) -> dict[str, list[Verdict]]:
    """The verdicts that occur, a column each; where that is too wide the rarer ones share one."""
    occurring = [verdict for verdict in Verdict if any(count[verdict] for count in counts)]
    columns = {WORDS[verdict]: [verdict] for verdict in occurring}
    if _width(columns) <= room:
        return columns
    main = (Verdict.PASSED, Verdict.FAILED, Verdict.NOT_STARTED)
    few = {WORDS[verdict]: [verdict] for verdict in occurring if verdict in main}
    rest = [verdict for verdict in occurring if verdict not in main]
    return few | ({"other": rest} if rest else {})


def _width(columns: Iterable[str]) -> int:
    return sum(len(word) + GAP for word in columns)


def _cell(count: int, verdict: Verdict) -> Text:
    return Text(str(count), STYLES.get(verdict, "failed") if count else "muted")


def _summary(records: Sequence[Record], look: Look) -> list[RenderableType]:
    if not records:
        return []
    middle = median(record.points for record in records)
    lines = [
        (
            Text("  Median"),
            Text(f"{written(middle)} of {plural(max(r.max_points for r in records), 'point')}", "strong"),
        )
    ]
    missed: Counter[str] = Counter()
    for record in records:
        for result in record.exercises:
            if result.verdict not in (Verdict.PASSED, Verdict.NOT_STARTED, Verdict.KIT_ERROR):
                missed[result.id] += 1
    for i, (name, count) in enumerate(missed.most_common(MOST_MISSED)):
        what = Text.assemble((clean(name, 60), "accent"), (f"  {count} of {len(records)}", "muted"))
        lines.append((Text("" if i else "  Missed most", "muted"), what))
    lines[0][0].stylize("muted")
    return [rows(lines)]
