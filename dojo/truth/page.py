"""The figures as one HTML page that needs nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from dojo.truth.figures import Figures, quantile
from dojo.truth.jobs import Job
from dojo.truth.outcome import Outcome
from dojo.truth.overall import idle_everywhere, killed_by, lines, shares
from dojo.truth.table import looks
from dojo.views.markup import Html, join, pre, tag

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70em; margin: 2em auto; padding: 0 1em; }
table { border-collapse: collapse; margin: 0.5em 0; } th { text-align: left; }
td, th { padding: 2px 10px; border-bottom: 1px solid rgba(128,128,128,0.35); vertical-align: top; }
td.n { text-align: right; font-variant-numeric: tabular-nums; } .no { color: #c62828; font-weight: 600; }
.m td { text-align: center; padding: 1px 5px; } .m td:first-child { text-align: left; }
summary { cursor: pointer; }
@media (prefers-color-scheme: dark) { body { background: #16181c; color: #e6e6e6; } }
"""


def page(found: Sequence[Figures], problems: Sequence[str], head: dict[str, Any]) -> str:
    """The whole page. `head` says what was measured: version, date, seed."""
    parts = [
        tag("h1", "", "Grader truth"),
        tag("p", "", ", ".join(f"{key}: {value}" for key, value in head.items())),
        _table(["", "value", "target"], ([line.name, line.value, _target(line)] for line in lines(found))),
        *[tag("p", "", problem) for problem in problems],
        tag("h2", "", "Exercises"),
        _exercises(found),
        tag("h2", "", "Killed by"),
        _table(["property", "mutants"], ([t, str(n)] for t, n in killed_by(found).most_common())),
        tag("h2", "", "Properties that rejected nothing that those before them let through"),
        _table(["property", "exercises"], ([t, str(n)] for t, n in idle_everywhere(found))),
        *_shares(found),
        *[_details(f) for f in found],
    ]
    title = "<!doctype html><html lang=en><meta charset=utf-8><title>Grader truth</title>"
    return f"{title}<style>{STYLE}</style><body>{join(*parts)}</body></html>\n"


def _shares(found: Sequence[Figures]) -> list[Html]:
    known = shares(found)
    if not known:
        return []
    heads = ["property", "exercises", "rejects", "of them first", "alone"]
    rows = ([s.text, *map(str, (s.exercises, s.rejects, s.first, s.alone))] for s in known)
    return [tag("h2", "", "What each property rejects when it is asked by itself"), _table(heads, rows)]


def _target(line: Any) -> Html:
    return join(line.target) if line.holds else Html(f'<span class="no">{join(line.target)} missed</span>')


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Html:
    body = [tag("tr", "", *[tag("th", "", head) for head in heads])]
    body += [tag("tr", "", *[_cell(value) for value in row]) for row in rows]
    return tag("table", "", *body)


def _cell(value: str) -> Html:
    if value[:1].isdigit() and not isinstance(value, Html):
        return Html(f'<td class="n">{join(value)}</td>')
    return tag("td", "", value)


def _exercises(found: Sequence[Figures]) -> Html:
    heads = "exercise made killed equivalent survive named entries wrong right seconds".split()
    return _table(heads, (_row(f) for f in found))


def _row(f: Figures) -> list[str]:
    numbers = [f.made, f.killed, len(f.equivalent), len(f.survivors), len(f.named)]
    return [
        Html(f'<a href="#{f.exercise}">{join(f.exercise)}</a>'),
        *map(str, numbers),
        f"{quantile(f.entries, 0.5)} / {quantile(f.entries, 0.95)}",
        f"{len(f.matrix) - len(f.missed)} of {len(f.matrix)}",
        f"{f.right - f.wrongly} of {f.right}",
        f"{f.seconds:.1f}",
    ]


def _details(f: Figures) -> Html:
    parts = [Html(f'<h2 id="{f.exercise}">{join(f.exercise)}</h2>')]
    parts.append(_table(["property", "killed"], ([t, str(n)] for t, n in f.by.most_common())))
    if f.idle:
        parts.append(tag("p", "", "Rejected nothing: ", "; ".join(f.idle), "."))
    parts += [_matrix(f)] if f.matrix else []
    parts += [_versions("Survivors", f.survivors)] if f.survivors else []
    parts += [_versions("Right answers that fail", f.rejected)] if f.rejected else []
    parts += [_versions("Hints that mislead", f.misleading)] if f.misleading else []
    parts += [_versions("Mutants with a name", f.named)] if f.named else []
    return join(*parts)


def _matrix(f: Figures) -> Html:
    """Rows are wrong versions, columns what their authors are told."""
    columns = list(dict.fromkeys([*f.matrix, *f.matrix.values()]))
    rows = [
        [name, *["\u25cf" if column == told else "" for column in columns]] for name, told in f.matrix.items()
    ]
    heads = ["", *[str(n + 1) for n in range(len(columns))]]
    legend = tag("p", "", "; ".join(f"{n + 1} {name}" for n, name in enumerate(columns)))
    return join(Html(f'<div class="m">{_table(heads, rows)}</div>'), legend)


def _versions(title: str, pairs: Sequence[tuple[Job, Outcome]]) -> Html:
    shown = [_version(job, outcome) for job, outcome in pairs]
    summary = tag("summary", "", f"{title}: {len(pairs)}")
    return tag("details", "", summary, *shown)


def _version(job: Job, outcome: Outcome) -> Html:
    told = f": told of {outcome.misconception}" if outcome.misconception else f": {looks(outcome)}"
    if outcome.misconception and outcome.differing:
        told += f", which is something else on {outcome.differing} of {outcome.tried} inputs"
    if not outcome.passed and not outcome.misconception:
        told = f" ({job.seed.id}): {outcome.message}"
    diff = [pre("prose", job.mutant.diff)] if job.mutant else []
    hints = [tag("li", "", hint) for hint in outcome.hints]
    head = tag("p", "", tag("strong", "", job.name), told)
    return join(head, *diff, tag("ul", "", *hints) if hints else Html())
