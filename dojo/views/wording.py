"""What a report of one exercise says, as words with styles: the card in the terminal and the HTML draw it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dojo.points import written
from dojo.text import clean, plural
from dojo.verdict import Counterexample, ExerciseResult, Shown, Verdict, Worst
from dojo.views.numbers import Notation, apart, number, ratio
from dojo.views.values import entries, pairs

MESSAGE_LIMIT = 1200
MESSAGE_LINES = 20
OUTPUT_LIMIT = 2000
OUTPUT_LINES = 12
HINT_LIMIT = 1000

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

# The pieces of a sentence with a style each: "", "strong", "right", "wrong", "muted" or "accent".
Words = list[tuple[str, str]]


def message(result: ExerciseResult) -> tuple[str, str]:
    """The first line of the message, and the others."""
    text = clean(result.message or WORDS[result.verdict], MESSAGE_LIMIT, MESSAGE_LINES)
    first, _, rest = text.partition("\n")
    return first, rest


@dataclass(frozen=True)
class Answer:
    """The expected answer or the student's: its heading, its style, and `text` where it is one number."""

    name: str
    style: str  # "right" or "wrong"
    shown: Shown
    text: str | None


def answers(case: Counterexample) -> tuple[list[Answer], Notation]:
    """Expected and actual, in one notation so that equal entries look equal and different ones do not."""
    expected, actual = case.expected, case.actual
    both = [shown for shown in (expected, actual) if shown is not None]
    different = pairs(expected.values, actual.values, wrong_mask(case)) if expected and actual else []
    notation = Notation([entry for shown in both for entry in entries(shown.values)], different)
    numbers = expected and actual and all(number(s.values) is not None for s in both)
    texts = apart(expected.values, actual.values) if numbers and expected and actual else (None, None)
    made = []
    for title, style, shown, text in zip(
        ("expected", "yours"), ("right", "wrong"), (expected, actual), texts, strict=True
    ):
        if shown is not None:
            name = f"{title} {clean(shown.name, 40)}" if shown.name else title
            made.append(Answer(name, style, shown, text))
    return made, notation


def wrong_mask(case: Counterexample) -> Any:
    """Which entries are wrong, where the two answers can be laid over each other."""
    expected, actual = case.expected, case.actual
    if expected is None or actual is None or expected.shape != actual.shape:
        return None
    ours, theirs = expected.values, actual.values
    if case.wrong_mask is True and isinstance(ours, dict) and isinstance(theirs, dict):
        return {key: ours.get(key) != theirs.get(key) for key in (*ours, *theirs)}
    return case.wrong_mask


def facts(case: Counterexample, verbose: bool = False) -> list[tuple[str, Words]]:
    """What the numbers come to, a label and a sentence each."""
    lines: list[tuple[str, Words]] = []
    if case.entries > 1 and case.wrong_entries:
        words: Words = [(f"{case.wrong_entries} of {case.entries} entries", "")]
        if case.actual is not None and case.wrong_mask:
            words += [(", marked ", ""), ("*", "wrong")]
        lines.append(("Wrong", words))
    if case.worst is not None:
        truths = case.expected is not None and case.expected.dtype == "bool"
        lines.append(("Worst", _worst(case.worst, truths)))
    if case.ratio is not None:
        words = [("yours is ", ""), (ratio(case.ratio), "strong"), (" times what is expected", "")]
        lines.append(("Ratio", [*words, (", in every entry", "")] if case.entries > 1 else words))
    if verbose and case.tolerance:
        lines.append(("Margin", [(clean(case.tolerance, 400), "")]))
    return lines


def _worst(worst: Worst, truths: bool) -> Words:
    expected, actual = apart(worst.expected, worst.actual)
    if truths:
        expected, actual = str(bool(worst.expected)), str(bool(worst.actual))
    words: Words = []
    if worst.index:
        words += [(f"[{', '.join(str(i) for i in worst.index)}]", "strong"), ("  ", "")]
    words += [("expected ", ""), (expected, "right"), (", yours ", ""), (actual, "wrong")]
    a, b = number(worst.actual), number(worst.expected)
    if a is not None and b is not None and math.isfinite(a - b) and not truths:
        words.append((f", off by {abs(a - b):.3g}", "muted"))
    return words


def slip(result: ExerciseResult) -> Words:
    """That a known slip gives the same answer; empty where none does."""
    if not result.misconception:
        return []
    name = clean(result.misconception, 60)
    return [("This is what one gets with a known slip (", ""), (name, "accent"), (").", "")]


def hints(result: ExerciseResult) -> Sequence[str]:
    """The hints that came with the result, mildest first."""
    return [clean(hint, HINT_LIMIT) for hint in result.hints]


def printed(result: ExerciseResult) -> str:
    """What the student's code printed, in a few lines; empty where that is nothing."""
    return clean(result.output, OUTPUT_LIMIT, OUTPUT_LINES) if result.output.strip() else ""


def points(result: ExerciseResult) -> str:
    """Points earned of the points possible: `1/2`. A fault of ours neither credits nor costs."""
    if result.verdict is Verdict.KIT_ERROR:
        return "not counted"
    return f"{written(result.points)}/{written(result.max_points)}"


def about(result: ExerciseResult) -> list[str]:
    """How much was checked, and how long it took."""
    told = []
    if result.held is not None and result.verdict is not Verdict.PASSED:
        told.append(f"points for {result.held} of {result.properties} properties")
    if result.checks:
        told.append(plural(result.checks, "example") + " checked")
    if result.duration_s and result.verdict is not Verdict.NOT_STARTED:
        told.append(f"{result.duration_s:.1f} s" if result.duration_s >= 0.05 else "under 0.1 s")
    return told
