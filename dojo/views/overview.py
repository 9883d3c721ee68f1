"""Tables of a whole course: what came of each exercise, unit by unit, the bar, and what to do next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby

from rich.console import RenderableType
from rich.text import Text

from dojo.course import Course, Exercise, Unit
from dojo.points import Points, added, written
from dojo.text import clean, plural, shorten
from dojo.verdict import ExerciseResult, Record, Verdict
from dojo.views.exercise import verdict_text
from dojo.views.look import Look
from dojo.views.wording import WORDS

STATES = {"passed": "passed", "tried": "not passed", "not_started": "not started"}
STYLES = {"passed": "passed", "tried": "tried", "not_started": "muted"}
FOLD = 3  # more untouched exercises in a row than this become one line


def graded(course: Course, record: Record, look: Look, *, fold: bool = True) -> list[RenderableType]:
    """A card for each unit that was graded: state, points and a one-line reason for each exercise."""
    results = {result.id: result for result in record.exercises}
    cards: list[RenderableType] = []
    for unit in course.units:
        mine = [results[e.id] for e in unit.exercise if e.id in results]
        if not mine:
            continue
        counted = [r for r in mine if r.verdict is not Verdict.KIT_ERROR]
        points, most = added(r.points for r in counted), sum(r.max_points for r in counted)
        body = _by_module(unit, {r.id for r in mine}, look, lambda es: _result_lines(es, results, look, fold))
        cards.append(_card(unit, body, look, f"{written(points)} of {plural(most, 'point')}"))
    return cards


def listed(
    course: Course, states: Mapping[str, str], units: Sequence[Unit], look: Look
) -> list[RenderableType]:
    """A card for each unit: state, difficulty, minutes and points of each exercise."""
    cards: list[RenderableType] = []
    for unit in units:
        done = sum(e.points for e in unit.exercise if states.get(e.id) == "passed")
        most = sum(e.points for e in unit.exercise)
        body = _by_module(
            unit, {e.id for e in unit.exercise}, look, lambda es: [_state_line(e, states, look) for e in es]
        )
        cards.append(_card(unit, body, look, f"{done} of {plural(most, 'point')}"))
    return cards


def progress(course: Course, passed: set[str], look: Look) -> Text:
    """`━━━━──── 23 of 90 points · 12 of 58 exercises`."""
    points = sum(e.points for e in course.exercises if e.id in passed)
    most = sum(e.points for e in course.exercises)
    count = sum(e.id in passed for e in course.exercises)
    words = f"{points} of {plural(most, 'point')}"
    if look.width >= 60:
        words += f" {look.dot} {count} of {plural(len(course.exercises), 'exercise')}"
    if look.plain:
        return Text("Course: " + words)
    bar = look.bar(points, most, max(10, look.width - 6 - len(words)))
    return Text("  ", no_wrap=True).append_text(bar).append("  " + words, "muted")


def next_exercise(course: Course, passed: set[str]) -> Exercise | None:
    """The first exercise in teaching order that is not passed and whose needs are."""
    open_ones = [e for e in course.exercises if e.id not in passed]
    return next((e for e in open_ones if passed.issuperset(e.needs)), open_ones[0] if open_ones else None)


def next_line(course: Course, passed: set[str]) -> Text:
    """The closing line: what to do next, or that there is nothing left."""
    exercise = next_exercise(course, passed)
    if exercise is None:
        return Text.assemble(
            "  ", ("All of it is passed.", "strong"), " Every gradient here is one you derived."
        )
    return Text.assemble(("  Next  ", "muted"), (f"dojo check {exercise.id}", "accent.bold"))


def command(words: str, meaning: str) -> Text:
    """A command to type, and what it does."""
    return Text.assemble("  ", (words.ljust(44), "accent"), (meaning, "muted"), no_wrap=True)


def notices(record: Record) -> list[Text]:
    """What was left out of the submission, and why."""
    return [Text("  Note: " + clean(notice, 300), "tried") for notice in record.notices]


def origin(record: Record, look: Look) -> Text:
    """How the verdicts came about: enough to replay them."""
    facts = [
        f"isolation {record.isolation}",
        f"seed {record.seed}",
        f"engine {record.engine}",
        record.digest[:19],
    ]
    return Text("  " + f" {look.dot} ".join(clean(fact, 80) for fact in facts), "muted")


def _card(unit: Unit, body: Sequence[RenderableType], look: Look, points: str) -> RenderableType:
    return look.card(Text(clean(unit.title, 80), "accent.bold"), Text(points, "muted"), body)


def _by_module(
    unit: Unit, wanted: set[str], look: Look, lines: Callable[[list[Exercise]], list[Text]]
) -> list[RenderableType]:
    """The lines of a unit's exercises under the names of their modules."""
    body: list[RenderableType] = []
    for module, group in groupby((e for e in unit.exercise if e.id in wanted), key=lambda e: e.module):
        if body:
            body.append(Text())
        body.append(Text(module, "strong"))
        body += lines(list(group))
    return body


def _result_lines(
    exercises: list[Exercise], results: Mapping[str, ExerciseResult], look: Look, fold: bool
) -> list[Text]:
    lines: list[Text] = []
    for untouched, group in groupby(exercises, key=lambda e: results[e.id].verdict is Verdict.NOT_STARTED):
        some = list(group)
        if untouched and fold and len(some) > FOLD:
            points = sum(results[e.id].max_points for e in some)
            name = f"{len(some)} exercises"
            lines.append(_line(look, "not_started", name, verdict_text(Verdict.NOT_STARTED), points, 0))
            continue
        for exercise in some:
            lines += _result_line(results[exercise.id], look)
    return lines


def _result_line(result: ExerciseResult, look: Look) -> list[Text]:
    verdict = result.verdict
    line = _line(
        look, verdict.value, clean(result.id, 60), verdict_text(verdict), result.max_points, result.points
    )
    if verdict in (Verdict.PASSED, Verdict.NOT_STARTED):
        return [line]
    reason = clean(result.message or WORDS[verdict], 300)
    return [line, Text("    " + shorten(reason, look.inner - 4, look.ellipsis), "muted", no_wrap=True)]


def _state_line(exercise: Exercise, states: Mapping[str, str], look: Look) -> Text:
    state = states.get(exercise.id, "not_started")
    line = _line(look, state, exercise.id, Text(STATES[state], STYLES[state]), exercise.points)
    extra = (
        Text("   ")
        .append(f"{exercise.minutes:>3} min   ", "muted")
        .append_text(look.difficulty(exercise.difficulty))
    )
    return line.append_text(extra) if look.inner >= line.cell_len + extra.cell_len else line


def _line(look: Look, state: str, name: str, word: Text, most: int, points: Points | None = None) -> Text:
    """` ✓  dlogits          passed        2/2`."""
    room = 28 if look.inner >= 56 else 16
    shown = f"{written(points)}/{most}" if points is not None else str(most)
    line = Text(" ", no_wrap=True).append_text(look.mark(state)).append("  ")
    line.append(shorten(name, room, look.ellipsis).ljust(room), "muted" if state == "not_started" else "")
    line.append("  ").append_text(word).append(" " * (14 - word.cell_len))
    return line.append(f"{shown:>6}", "muted")


def passed_after(history: set[str], results: Iterable[ExerciseResult]) -> set[str]:
    """The exercises that are passed now: those of the history, corrected by what was just graded."""
    passed = set(history)
    for result in results:
        if result.verdict is Verdict.PASSED:
            passed.add(result.id)
        elif result.verdict is not Verdict.KIT_ERROR:
            passed.discard(result.id)
    return passed
