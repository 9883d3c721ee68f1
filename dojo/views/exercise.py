"""The report of one exercise: what is wrong, the smallest input that shows it, both answers side by side."""

from __future__ import annotations

import math
import textwrap
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from dojo.text import clean, plural
from dojo.verdict import Counterexample, ExerciseResult, Verdict, Worst
from dojo.views.look import Look
from dojo.views.numbers import Notation, apart, number, ratio
from dojo.views.tensors import Block, Painter, flow
from dojo.views.values import entries, pairs

MESSAGE_LIMIT = 1200
MESSAGE_LINES = 20
OUTPUT_LIMIT = 2000
OUTPUT_LINES = 12

WORDS = {
    Verdict.PASSED: "passed",
    Verdict.FAILED: "failed",
    Verdict.ERROR: "error",
    Verdict.TIMEOUT: "timeout",
    Verdict.MEMORY: "out of memory",
    Verdict.CRASHED: "crashed",
    Verdict.FORBIDDEN: "forbidden",
    Verdict.NOT_STARTED: "not started",
    Verdict.KIT_ERROR: "kit error",
}
STYLES = {Verdict.PASSED: "passed", Verdict.NOT_STARTED: "muted", Verdict.KIT_ERROR: "tried"}


def verdict_text(verdict: Verdict) -> Text:
    """The verdict as a coloured word."""
    return Text(WORDS[verdict], STYLES.get(verdict, "failed"))


def exercise_report(result: ExerciseResult, look: Look, *, verbose: bool = False) -> RenderableType:
    """One exercise in full, as a card."""
    parts: list[RenderableType] = [_message(result, look)]
    if result.property and result.verdict is not Verdict.PASSED:
        parts += [Text(), rows([(_label("Property"), Text(clean(result.property, 400)))])]
    case = result.counterexample
    if case is not None:
        parts += [Text(), *_counterexample(case, look)]
        facts = _facts(case, verbose)
        parts += [Text(), rows(facts)] if facts else []
    if result.misconception:
        parts += [Text(), _misconception(result)]
    if result.output.strip():
        parts += [Text(), *_output(result.output, look)]
    left = Text(clean(result.id, 60), "accent.bold")
    points = f" {look.dot} {result.points}/{result.max_points}"
    right = Text.assemble(verdict_text(result.verdict), (points, "muted"))
    return look.card(left, right, parts, _footer(result, look))


def _message(result: ExerciseResult, look: Look) -> RenderableType:
    text = clean(result.message or WORDS[result.verdict], MESSAGE_LIMIT, MESSAGE_LINES)
    first, _, rest = text.partition("\n")
    message = Text.assemble((first, "strong"))
    return rows([(look.mark(result.verdict.value), message.append("\n" + rest) if rest else message)], 2)


def rows(lines: list[tuple[Text, Text]], gap: int = 3) -> RenderableType:
    """Labels at the left, what they name at the right with a hanging indent."""
    grid = Table.grid(padding=(0, gap, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column()
    for label, text in lines:
        grid.add_row(label, text)
    return grid


def _counterexample(case: Counterexample, look: Look) -> list[RenderableType]:
    parts: list[RenderableType] = []
    room = look.inner - 2
    if case.inputs:
        blocks = [
            Painter(look, room, Notation(entries(shown.values))).picture(
                clean(shown.name or "input", 40), shown
            )
            for shown in case.inputs
        ]
        parts += [Text("Smallest failing input", "muted"), Text(), _indented(flow(blocks, room))]
    answers = _answers(case, look, room)
    if answers:
        parts += [Text(), Text("Answer", "muted"), Text(), _indented(flow(answers, room))]
    return parts


def _indented(lines: list[Text]) -> RenderableType:
    return Padding(Group(*lines), (0, 0, 0, 2))


def _answers(case: Counterexample, look: Look, room: int) -> list[Block]:
    """Expected and actual, in one notation so that equal entries look equal and different ones do not."""
    expected, actual = case.expected, case.actual
    both = [shown for shown in (expected, actual) if shown is not None]
    mask = _mask(case)
    different = pairs(expected.values, actual.values, mask) if expected and actual else []
    notation = Notation([entry for shown in both for entry in entries(shown.values)], different)
    numbers = expected and actual and all(number(s.values) is not None for s in both)
    texts = apart(expected.values, actual.values) if numbers and expected and actual else (None, None)
    blocks = []
    for title, style, shown, text in zip(
        ("expected", "yours"), ("right", "wrong"), (expected, actual), texts, strict=True
    ):
        if shown is not None:
            name = f"{title} {clean(shown.name, 40)}" if shown.name else title
            blocks.append(Painter(look, room, notation, style).picture(name, shown, mask, text))
    return blocks


def _mask(case: Counterexample) -> Any:
    """Which entries are wrong, where the two answers can be laid over each other."""
    expected, actual = case.expected, case.actual
    if expected is None or actual is None or expected.shape != actual.shape:
        return None
    ours, theirs = expected.values, actual.values
    if case.wrong_mask is True and isinstance(ours, dict) and isinstance(theirs, dict):
        return {key: ours.get(key) != theirs.get(key) for key in (*ours, *theirs)}
    return case.wrong_mask


def _facts(case: Counterexample, verbose: bool) -> list[tuple[Text, Text]]:
    lines: list[tuple[Text, Text]] = []
    if case.entries > 1 and case.wrong_entries:
        text = Text(f"{case.wrong_entries} of {case.entries} entries")
        if case.actual is not None and case.wrong_mask:
            text.append(", marked ").append("*", "wrong")
        lines.append((_label("Wrong"), text))
    if case.worst is not None:
        lines.append((_label("Worst"), _worst(case.worst)))
    if case.ratio is not None:
        text = Text.assemble("yours is ", (ratio(case.ratio), "strong"), " times what is expected")
        lines.append((_label("Ratio"), text.append(", in every entry" if case.entries > 1 else "")))
    if verbose and case.tolerance:
        lines.append((_label("Margin"), Text(clean(case.tolerance, 400))))
    return lines


def _label(word: str) -> Text:
    return Text(word.ljust(8), "muted")


def _worst(worst: Worst) -> Text:
    expected, actual = apart(worst.expected, worst.actual)
    line = Text()
    if worst.index:
        line.append(f"[{', '.join(str(i) for i in worst.index)}]", "strong").append("  ")
    line.append("expected ").append(expected, "right").append(", yours ").append(actual, "wrong")
    a, b = number(worst.actual), number(worst.expected)
    if a is not None and b is not None and math.isfinite(a - b):
        line.append(f", off by {abs(a - b):.3g}", "muted")
    return line


def _misconception(result: ExerciseResult) -> Text:
    return Text.assemble(
        "This is what one gets with a known slip (",
        (clean(result.misconception, 60), "accent"),
        ").\n",
        (f"dojo hint {clean(result.id, 60)}", "accent"),
        " tells more.",
    )


def _output(output: str, look: Look) -> list[RenderableType]:
    bar = "| " if look.ascii else "\u2502 "
    room = max(12, look.inner - 4)
    lines = [
        Text.assemble(("  " + bar, "muted"), (piece, "muted"), no_wrap=True)
        for row in clean(output, OUTPUT_LIMIT, OUTPUT_LINES).split("\n")
        for piece in textwrap.wrap(row, room, drop_whitespace=False) or [""]
    ]
    return [Text("Your code printed", "muted"), Text(), *lines]


def _footer(result: ExerciseResult, look: Look) -> Text | None:
    facts = []
    if result.checks:
        facts.append(plural(result.checks, "example") + " checked")
    if result.duration_s and result.verdict is not Verdict.NOT_STARTED:
        facts.append(f"{result.duration_s:.1f} s" if result.duration_s >= 0.05 else "under 0.1 s")
    return Text(f" {look.dot} ".join(facts), "muted") if facts else None
