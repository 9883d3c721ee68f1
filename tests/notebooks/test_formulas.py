r"""The formulas of the handouts: each is read as one by GitHub, which parses markdown first, and by Jupyter.

Inline formulas stand between single dollars on one line, with a space or nothing before them
(https://github.com/github/markup/issues/1742), displayed ones between lines of two dollars. What markdown
would change in them, as in `}_{a} x_{b}`, `\,` or `\{`, is not used, since GitHub may change it, and no macro
that GitHub refuses (https://github.com/github/markup/issues/1688).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from dojo.course import Unit, load
from dojo.handout import split
from dojo.notebooks.layout import unit_cells

COURSE = load(Path(__file__).parents[2])
UNITS = [pytest.param(unit, id=unit.id) for unit in COURSE.units]
CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.MULTILINE | re.DOTALL)
DISPLAY = re.compile(r"^\$\$\n(.*?)\n\$\$$", re.MULTILINE | re.DOTALL)
REFUSED = re.compile(r"\\(operatorname|mbox|phantom|def|newcommand|require|href|color|unicode)\b")
INLINE = re.compile(r"(?<!\S)\$([^\s$](?:[^$\n]*[^\s$])?)\$(?=[\s.,:;?]|$)")


def handout(unit: Unit) -> str:
    return (COURSE.root / "exercises" / unit.id / "README.md").read_text(encoding="utf-8")


def without_code(text: str) -> str:
    return CODE.sub("code", text)


def formulas(text: str) -> list[str]:
    """The formulas of a handout without their dollars, and nothing of its code."""
    text = without_code(text)
    return DISPLAY.findall(text) + INLINE.findall(DISPLAY.sub("", text))


def dollars_left(text: str) -> list[str]:
    """The lines on which a dollar belongs to no formula."""
    rest = INLINE.sub("formula", DISPLAY.sub("formula", without_code(text)))
    return [line for line in rest.split("\n") if "$" in line]


def read_as_text(text: str) -> str:
    """What a markdown parser that knows nothing of formulas takes for plain text, with line breaks."""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    return "\n\n".join(
        "".join("\n" if child.type == "softbreak" else child.content for child in token.children or ())
        for token in tokens
        if token.type == "inline"
    )


def spoilt(text: str) -> list[str]:
    """The formulas in which markdown finds an escape, an emphasis, a link, a cell's end and the like."""
    plain = read_as_text(text)
    return [f for f in formulas(text) if f not in plain or re.search(r"\\[^A-Za-z]|[<>|*`~]", f)]


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_has_formulas_and_no_other_dollars(unit: Unit) -> None:
    assert formulas(handout(unit))
    assert not dollars_left(handout(unit))


@pytest.mark.parametrize("unit", UNITS)
def test_a_formula_is_whole_and_without_what_markdown_changes(unit: Unit) -> None:
    assert not spoilt(handout(unit))
    for formula in formulas(handout(unit)):
        assert not re.search(r"\n\s*\n", formula), formula
        assert not REFUSED.search(formula), formula
        assert formula.count("{") == formula.count("}"), formula
        assert formula.count(r"\left") == formula.count(r"\right"), formula


@pytest.mark.parametrize("unit", UNITS)
def test_displayed_formulas_are_paragraphs_of_their_own(unit: Unit) -> None:
    text = without_code(handout(unit))
    assert len(DISPLAY.findall(text)) == len(re.findall(r"(?<=\n\n)\$\$\n[^\n]+\n\$\$(?=\n\n)", text))


@pytest.mark.parametrize("unit", UNITS)
def test_the_handout_is_split_as_if_there_were_no_formulas(unit: Unit) -> None:
    """As an extension for formulas would have it, which takes them for single words."""

    def masked(text: str) -> str:
        return INLINE.sub("formula", DISPLAY.sub("formula", text))

    def pieces(text: str) -> dict[str, Any]:
        return vars(split(text, ids))

    ids = {exercise.id for exercise in unit.exercise}
    whole = pieces(handout(unit))
    for name, piece in pieces(masked(handout(unit))).items():
        mine = whole[name]
        assert piece == (
            {key: masked(value) for key, value in mine.items()} if isinstance(mine, dict) else masked(mine)
        )


@pytest.mark.parametrize("unit", UNITS)
def test_no_formula_is_cut_by_the_cells_of_the_notebook(unit: Unit) -> None:
    texts = [cell.source for cell in unit_cells(COURSE, unit) if cell.role == "text"]
    assert sorted(f for text in texts for f in formulas(text)) == sorted(formulas(handout(unit)))
    assert not [line for text in texts for line in dollars_left(text)]


@pytest.mark.parametrize(
    "text",
    [
        "costs $5 a month",
        "$x $ and",
        "a$x$",
        "$x$y",
        "$a\nb$",
        "one $$x$$ inside",
        "$$\na\n\nb\n$$ more",
        "($x$)",
    ],
)
def test_other_dollars_are_found(text: str) -> None:
    assert dollars_left(text)


@pytest.mark.parametrize(
    "formula", [r"\hat{x}_{n} + \hat{y}_{n}", r"a \, b", r"\{a\}", "a * b * c", "E[x](y)", "a <b> c", "|x|"]
)
def test_what_markdown_changes_is_found(formula: str) -> None:
    assert spoilt(f"Let ${formula}$ be") == [formula]
    assert not spoilt("Let $x_n + y_n$ be")
