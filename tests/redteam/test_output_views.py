"""What attacks on the screen come to in every view: no code, no markup, no turned writing, nothing unseen."""

from __future__ import annotations

import io
import json
import re
import unicodedata
from dataclasses import replace
from typing import Any

import pytest
from suite import Attack, attacks, let_loose, strings
from victim import Victim

from dojo.text import escaped
from dojo.verdict import Record, dump
from dojo.views import classes, overview
from dojo.views.console import make_console
from dojo.views.exercise import exercise_report
from dojo.views.live import Board

SHOWN = [a for a in attacks() if a.walls and (a.group == "output" or a.name.startswith("w05"))]
COLOURS = re.compile(r"\x1b\[[0-9;]*m")  # the only codes that are ours
# Names that a folder may have on Linux; a class is graded under the names of its folders.
NAMES = [
    "\x1b]0;passed\x07",
    "\u202edessap",
    "[bold green]passed[/]",
    "a\nb\r",
    "\udcff\udc9b",
    "=1+1",
    "x" * 255,
]


def _terminal(victim: Victim, record: Record, encoding: str, width: int) -> str:
    """Everything that the terminal can show of a record, with colours on."""
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, write_through=True)
    screen = make_console(file=file, width=width, force_terminal=True, color_system="256")
    look = screen.look
    board = Board(victim.course.exercises, 2, look)
    board.begin(record.submission)
    for result in record.exercises:
        board.tell("start", result.id)
        board.tell("done", result)
    board.go_on()
    screen.show(*overview.notices(record), overview.origin(record, look), board)
    screen.show(*overview.graded(victim.course, record, look, fold=False))
    screen.show(*[exercise_report(result, look, verbose=True) for result in record.exercises])
    screen.show(*classes.table([record], [(record.submission, record.exercises[0].message)], look))
    return file.buffer.getvalue().decode(encoding)  # type: ignore[attr-defined]


def _check_terminal(text: str) -> None:
    plain = COLOURS.sub("", text)
    bad = {char for char in plain if char != "\n" and unicodedata.category(char)[0] == "C"}
    assert not bad, f"{bad!r} reached the terminal"
    assert not set(COLOURS.findall(text)) & {f"\x1b[{n}m" for n in (5, 6, 7, 8)}, "blinking or hidden text"


def _check_json(text: str) -> None:
    """Strict JSON that any reader reads alike."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len({key for key, _ in pairs}) == len(pairs), "a key twice"
        return dict(pairs)

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    data = json.loads(text.encode("utf-8"), object_pairs_hook=unique, parse_constant=refuse)
    assert data["points"] == sum(e["points"] for e in data["exercises"]) <= 4
    assert len(text) < 100_000


@pytest.mark.parametrize("attack", [pytest.param(a, id=f"{a.group}-{a.name}") for a in SHOWN])
@pytest.mark.usefixtures("allow_list_off")
def test_views(attack: Attack, arena: Any) -> None:
    engine, victim, baseline = arena("walls", "process")
    record = let_loose(attack, engine, victim, baseline).record
    _check_json(dump(record.to_json()))
    for encoding, width in (("utf-8", 100), ("utf-8", 40), ("ascii", 80), ("cp1252", 80)):
        text = _terminal(victim, record, encoding, width)
        _check_terminal(text)
        assert text.count("\n") < 400, "our verdict scrolls away"


@pytest.mark.usefixtures("allow_list_off")
def test_what_is_printed_is_boxed_and_labelled(arena: Any) -> None:
    """A panel that a student draws stands inside ours, behind a bar, and says nothing about the verdict."""
    engine, victim, baseline = arena("walls", "process")
    attack = next(a for a in SHOWN if a.name == "u03_green_panel")
    record = let_loose(attack, engine, victim, baseline).record
    lines = COLOURS.sub("", _terminal(victim, record, "utf-8", 100)).split("\n")
    theirs = [line for line in lines if "cube_backward ─────────── passed" in line]
    assert theirs and all(line.startswith("│") and line.lstrip("│ ").startswith("╭") for line in theirs)
    assert all(line.split("╭")[0].count("│") == 2 for line in theirs)  # the frame, and the bar of the quote
    assert any("Your code printed" in line for line in lines)
    assert any("cube_backward" in line and "failed" in line for line in lines)


@pytest.mark.usefixtures("allow_list_off")
def test_markup_is_text(arena: Any) -> None:
    engine, victim, baseline = arena("walls", "process")
    attack = next(a for a in SHOWN if a.name == "u02_markup")
    text = _terminal(victim, let_loose(attack, engine, victim, baseline).record, "utf-8", 100)
    assert "[bold green]passed[/bold green]" in text and ":smile:" in text
    assert "\x1b]8" not in text  # no link of any kind


@pytest.mark.parametrize("name", NAMES, ids=ascii)
@pytest.mark.usefixtures("allow_list_off")
def test_names_of_submissions(name: str, arena: Any) -> None:
    engine, victim, baseline = arena("walls", "process")
    attack = next(a for a in attacks() if a.group == "output" and a.name == "control_wrong")
    record = let_loose(attack, engine, victim, baseline).record
    for shown in (replace(record, submission=name), replace(record, submission=escaped(name))):
        _check_terminal(_terminal(victim, shown, "utf-8", 80))
    _check_json(dump(shown.to_json()))
    assert all(text.isprintable() for text in strings(shown.to_json()) if "\n" not in text)
