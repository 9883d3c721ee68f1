"""The record of a check put into words for a notebook: the verdict, and what one has to know about it."""

from __future__ import annotations

import warnings
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from dojo.notebooks.cells import answer_cell
from dojo.notebooks.gather import name_of
from dojo.notebooks.newest import Live
from dojo.notebooks.outcome import Outcome, execution, html_note

if TYPE_CHECKING:
    from dojo.verdict import ExerciseResult, Record

_failed: dict[str, str] = {}  # by exercise: the digest of what did not pass when it was last checked


def load_views() -> None:
    """Import what the words need. That takes a while, so it is done while the command runs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a line on stderr costs all points in nbgrader
        import dojo.views.html  # noqa: F401

        _reader()


@cache
def _reader() -> Any:
    from pydantic import TypeAdapter

    from dojo.verdict import Record

    return TypeAdapter(Record)


def outcome_of(text: bytes, cells: list[Live] | None) -> Outcome:
    """The outcome of a check, from the record as `dojo check --json` has written it.

    cells: those of the notebook that a student looks at; None where nobody does.
    """
    from dojo.views.html import exercise_html, exercise_text

    record: Record = _reader().validate_json(text)
    if len(record.exercises) != 1:
        return _of_several(record)
    result = shown = record.exercises[0]
    notes, after, level = [] if result.verdict == "passed" else list(record.notices), "", record.isolation
    if execution() != "autograde":  # a student who checks may ask for hints one by one
        shown, after, level = replace(result, hints=result.hints[:1]), _what_next(result), ""
    if cells is not None:
        notes += _notes(record, cells)
    return Outcome(
        "\n".join(filter(None, [exercise_text(shown, isolation=level).rstrip("\n"), after])),
        exercise_html(shown, isolation=level) + html_note(after),
        result.verdict.value,
        result.points,
        result.max_points,
        result.message,
        result.misconception,
        tuple(notes),
    )


def _what_next(result: ExerciseResult) -> str:
    if result.verdict in ("passed", "not_started", "kit_error"):
        return ""
    return f'hint("{result.id}") gives {"more hints" if result.hints else "a hint"}.'


def _of_several(record: Record) -> Outcome:
    """The outcome of a module or a unit: a line for each exercise."""
    width = max((len(result.id) for result in record.exercises), default=0)
    lines = [
        f"{r.id:<{width}}  {r.verdict.value.replace('_', ' '):<11}  {r.points:g}/{r.max_points}"
        for r in record.exercises
    ]
    count = sum(result.verdict.value == "passed" for result in record.exercises)
    message = f"{count} of {len(lines)} exercises passed, {record.points:g} of {record.max_points} points."
    verdict = "passed" if lines and count == len(lines) else "failed"
    text = "\n".join([*lines, "", message])
    return Outcome(text, "", verdict, record.points, record.max_points, message)


def _notes(record: Record, cells: list[Live]) -> list[str]:
    """What a student has to know who expects the text on the screen to be what was graded."""
    result = record.exercises[0]
    passed, before = result.verdict == "passed", _failed.pop(result.id, None)
    if not passed:
        _failed[result.id] = record.digest
    cell = answer_cell(result.id)
    answer = next((live for live in cells if name_of(live) == cell), None)
    notes = []
    if answer is not None and not answer.was_run:
        notes.append(f"Graded is the saved text of the cell {cell}, which has not been run since.")
    elif result.verdict == "not_started" or answer is None:
        notes.append("If you have written an answer, run its cell (Shift+Enter) and then check again.")
    elif not passed and before == record.digest:
        notes.append("This is the text of the last check. If you have changed it, run its cell first.")
    return notes
