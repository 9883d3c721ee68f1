"""The report of one exercise: what is wrong, the smallest input that shows it, both answers side by side."""

from __future__ import annotations

import textwrap

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from dojo.text import clean
from dojo.verdict import Counterexample, ExerciseResult, Verdict
from dojo.views import wording
from dojo.views.look import Look
from dojo.views.numbers import Notation
from dojo.views.tensors import Block, Painter, flow
from dojo.views.values import entries


def verdict_text(verdict: Verdict) -> Text:
    """The verdict as a coloured word."""
    return Text(wording.WORDS[verdict], wording.STYLES.get(verdict, "failed"))


def exercise_report(
    result: ExerciseResult, look: Look, *, verbose: bool = False, hints: bool = False
) -> RenderableType:
    """One exercise in full, as a card.

    verbose: also the margins.
    hints:   those that the result holds, in the place of how to ask for them.
    """
    parts: list[RenderableType] = [_message(result, look)]
    if result.property and result.verdict is not Verdict.PASSED:
        parts += [Text(), rows([(_label("Property"), Text(clean(result.property, 400)))])]
    case = result.counterexample
    if case is not None:
        parts += [Text(), *_counterexample(case, look)]
        facts = [(_label(word), Text.assemble(*words)) for word, words in wording.facts(case, verbose)]
        parts += [Text(), rows(facts)] if facts else []
    help = _hints(result) if hints else _slip(result)
    parts += [Text(), *help] if help else []
    printed = wording.printed(result)
    if printed:
        parts += [Text(), *_printed(printed, look)]
    left = Text(clean(result.id, 60), "accent.bold")
    points = f" {look.dot} {wording.points(result)}"
    right = Text.assemble(verdict_text(result.verdict), (points, "muted"))
    return look.card(left, right, parts, _footer(result, look))


def _message(result: ExerciseResult, look: Look) -> RenderableType:
    first, rest = wording.message(result)
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
    listed, notation = wording.answers(case)
    mask = wording.wrong_mask(case)
    return [
        Painter(look, room, notation, one.style).picture(one.name, one.shown, mask, one.text)
        for one in listed
    ]


def _label(word: str) -> Text:
    return Text(word.ljust(8), "muted")


def _slip(result: ExerciseResult) -> list[RenderableType]:
    words = wording.slip(result)
    if not words:
        return []
    return [Text.assemble(*words, "\n", (f"dojo hint {clean(result.id, 60)}", "accent"), " tells more.")]


def _hints(result: ExerciseResult) -> list[RenderableType]:
    words, hints = wording.slip(result), wording.hints(result)
    parts: list[RenderableType] = [Text.assemble(*words)] if words else []
    if hints:
        parts += [Text()] if parts else []
        parts.append(rows([(Text(str(i + 1), "accent"), Text(hint)) for i, hint in enumerate(hints)]))
    return parts


def _printed(printed: str, look: Look) -> list[RenderableType]:
    bar = "| " if look.ascii else "\u2502 "
    room = max(12, look.inner - 4)
    lines = [
        Text.assemble(("  " + bar, "muted"), (piece, "muted"), no_wrap=True)
        for row in printed.split("\n")
        for piece in textwrap.wrap(row, room, drop_whitespace=False) or [""]
    ]
    return [Text("Your code printed", "muted"), Text(), *lines]


def _footer(result: ExerciseResult, look: Look) -> Text | None:
    told = wording.about(result)
    return Text(f" {look.dot} ".join(told), "muted") if told else None
