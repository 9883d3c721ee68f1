"""The verdict on one exercise as a piece of HTML, for notebooks and for the feedback that students get.

It needs no script, no style sheet and nothing from elsewhere, and it is readable after a sanitiser has taken
its styles (see `markup`). It says what the card in the terminal says, in the same words and numbers.
"""

from __future__ import annotations

from dojo.text import clean
from dojo.verdict import Counterexample, ExerciseResult, Verdict
from dojo.views import wording
from dojo.views.html_values import Drawing
from dojo.views.markup import Html, join, pre, tag
from dojo.views.numbers import Notation
from dojo.views.values import entries

MARKS = {"passed": "\u2713", "failed": "\u2717", "muted": "\u25cb", "tried": "!"}
DOT = " \u00b7 "
_PIECES = {
    "strong": ("strong", "strong"),
    "right": ("strong", "code right"),
    "wrong": ("strong", "code wrong"),
    "muted": ("span", "faint"),
    "accent": ("code", "code strong"),
}


def exercise_html(result: ExerciseResult, *, isolation: str | None = None, hints: bool = True) -> str:
    """One result as one <div>.

    isolation: the level at which it was graded, to be told at the end.
    hints:     whether to show those that came with the result.
    """
    style = wording.STYLES.get(result.verdict, "failed")
    parts = [_head(result, style), *_message(result)]
    if result.property and result.verdict is not Verdict.PASSED:
        parts.append(tag("div", "part", _row("Property", [(clean(result.property, 400), "")])))
    if result.counterexample is not None:
        parts += _counterexample(result.counterexample)
    parts += _help(result, hints)
    printed = wording.printed(result)
    if printed:
        parts.append(_section("Your code printed", tag("blockquote", "quote", pre("printed", printed))))
    told = [*wording.about(result), *([f"isolation: {clean(isolation, 40)}"] if isolation else [])]
    parts += [tag("div", "foot", DOT.join(told))] if told else []
    return tag("div", f"card {style}", *parts).rstrip()


def exercise_text(result: ExerciseResult, *, isolation: str | None = None, hints: bool = True) -> str:
    """The same as plain text of at most 80 columns, in ASCII but for what the result itself holds."""
    import io

    from dojo.views.console import make_console
    from dojo.views.exercise import exercise_report

    file = io.StringIO()
    screen = make_console(plain=True, file=file, width=80)
    screen.show(exercise_report(result, screen.look, hints=hints))
    if isolation:
        file.write(f"  isolation: {clean(isolation, 40)}\n")
    return file.getvalue()


def _head(result: ExerciseResult, style: str) -> Html:
    badge = tag("strong", f"badge on-{style}", f"{MARKS[style]} {wording.WORDS[result.verdict]}")
    name = tag("code", "code strong", clean(result.id, 60))
    counted = "" if result.verdict is Verdict.KIT_ERROR else " points"
    points = tag("span", "points", tag("strong", "strong", wording.points(result)), counted)
    return tag("div", "head", badge, " ", name, " ", points)


def _message(result: ExerciseResult) -> list[Html]:
    first, rest = wording.message(result)
    line = tag("div", "message", tag("strong", "strong", first))
    return [line, pre("prose", rest)] if rest else [line]


def _row(label: str, words: wording.Words) -> Html:
    return tag("div", "row", tag("em", "label", label), " ", _sentence(words))


def _sentence(words: wording.Words) -> Html:
    return join(*(tag(*_PIECES[style], text) if style else text for text, style in words))


def _counterexample(case: Counterexample) -> list[Html]:
    parts = []
    if case.inputs:
        blocks = [
            Drawing(Notation(entries(shown.values))).picture(clean(shown.name or "input", 40), shown)
            for shown in case.inputs
        ]
        parts.append(_section("Smallest failing input", tag("div", "flow", *blocks)))
    listed, notation = wording.answers(case)
    if listed:
        mask = wording.wrong_mask(case)
        blocks = [Drawing(notation, a.style).picture(a.name, a.shown, mask, a.text) for a in listed]
        parts.append(_section("Answer", tag("div", "flow", *blocks)))
    facts = wording.facts(case)
    parts += [tag("div", "part", *(_row(*fact) for fact in facts))] if facts else []
    return parts


def _section(heading: str, body: Html) -> Html:
    return tag("div", "part", tag("div", "heading", tag("strong", "strong", heading)), body)


def _help(result: ExerciseResult, hints: bool) -> list[Html]:
    slip, listed = wording.slip(result), wording.hints(result) if hints else []
    items = [tag("li", "item", hint) for hint in listed]
    inside = [tag("div", "", _sentence(slip))] if slip else []
    inside += [tag("ol", "list", *items)] if items else []
    return [tag("div", "part hints", *inside)] if inside else []
