"""Partial credit: what counts as a property, what earns nothing, and that points are exact."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_course import GRADER, MANIFEST, RIGHT, build, grade, handed_in

from dojo import records
from dojo.course import CourseError
from dojo.engine import Engine
from dojo.grading.properties import properties
from dojo.grading.trivial import tells
from dojo.points import added, share, written
from dojo.seeds import Seed
from dojo.verdict import ExerciseResult, Record, Verdict, dump, total

STATED = """

@cube.property("has the sign of the upstream gradient")
def sign(answer, dy):
    return bool((answer * dy >= 0).all())


@cube.property("grows with the square of x")
def square(student, x, dy):
    return (student(2 * x, dy) - 4 * student(x, dy)).abs().max() <= 1e-9 * student(x, dy).abs().max() > 0


@twice.property("is even where x is whole")
def even(answer):
    return bool((answer.round() % 2 == 0).all()) or bool((answer != answer.round()).any())
"""


@pytest.fixture(scope="module")
def lenient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    manifest = MANIFEST.replace("seconds = 8.0", 'seconds = 8.0\ncredit = "property"').replace(
        "points = 1\n", 'points = 1\ncredit = "exercise"\n'
    )
    with Engine(build(tmp_path_factory.mktemp("credit"), manifest, GRADER + STATED), lanes=1) as engine:
        yield engine


def cube(body: str) -> str:
    return f"import math\nimport time\nimport torch\n\n\ndef cube_backward(x, dy):\n    {body}\n"


# -- what counts


def test_what_trivial_answers_have_does_not_count(lenient: Engine) -> None:
    lenient.load()
    exercise = lenient.course.exercise("cube_backward")
    grader, rules = lenient._graders["cube_backward"], lenient.course.rules(exercise.id)
    names = [prop.name for prop in properties(grader, rules)]
    assert [name for number, name in enumerate(names) if tells(grader, rules, number)] == [
        "right_answer",
        "square",
        "linear",
        "rules",
    ]


@pytest.mark.parametrize(
    "body",
    [
        "return torch.zeros_like(x)",
        "return torch.ones_like(x)",
        "return x.clone()",
        "return dy.clone()",
        "return None",
        "pass",
        "return 0.0",
        "return torch.zeros_like(x) + dy.mean()",
        "return torch.full_like(x, 1 / x.shape[-1])",
    ],
)
def test_trivial_answers_earn_nothing(lenient: Engine, body: str) -> None:
    result = grade(lenient, cube(body))
    assert (result.verdict, result.points, result.held) == (Verdict.FAILED, 0, 0), result


def test_a_pass_has_all(lenient: Engine) -> None:
    result = grade(lenient, RIGHT)
    assert (result.verdict, result.points, result.held, result.properties) == (Verdict.PASSED, 2, 5, 5)


@pytest.mark.parametrize(
    ("body", "held", "points"),
    [
        ("dy *= 3 * x**2; return dy", 3, 1.5),  # right, but it changes its input: linear, square, rules
        ("return (3 * x.double()**2 * dy.double())", 3, 1.5),  # right, but never in float32
        ("return 5 * x**2 * dy", 1, 0.5),  # only the square
        ("return 3 * x**2 * dy + (x.shape[0] == 2)", 1, 0.5),  # wrong in one size only
        ("return 3 * x**2 * dy.abs()", 1, 0.5),
        ("return -x * dy", 0, 0),
    ],
)
def test_a_part_of_it_earns_a_part(lenient: Engine, body: str, held: int, points: float) -> None:
    result = grade(lenient, cube(body))
    assert (result.verdict, result.held) == (Verdict.FAILED, held), result
    assert result.properties is not None and result.points == share(2, held, result.properties)
    assert result.properties >= 4 and (result.properties != 4 or result.points == points)


def test_the_first_failure_is_the_one_that_is_told(lenient: Engine, engine: Engine) -> None:
    body = cube("return x**2 * dy")
    ours, theirs = grade(lenient, body), grade(engine, body)
    assert ours.misconception == theirs.misconception == "forgot_the_factor"
    assert (ours.property, ours.message, ours.counterexample) == (
        theirs.property,
        theirs.message,
        theirs.counterexample,
    )
    assert (theirs.points, theirs.held, theirs.properties) == (0, None, None)


def test_a_broken_minor_property_still_costs(lenient: Engine) -> None:
    """What trivial answers have does not earn, but an answer that lacks it has not all that counts."""
    result = grade(lenient, cube("return 3 * x**2 * dy * (1 if x.numel() < 9 else 2)"))
    assert result.verdict is Verdict.FAILED and 0 <= result.points < 2


def test_all_or_nothing_where_the_exercise_says_so(lenient: Engine) -> None:
    result = grade(lenient, "def double(x):\n    x += x\n    return x\n", "double")
    assert (result.verdict, result.points, result.held, result.properties) == (Verdict.FAILED, 0, None, None)


# -- what earns nothing


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        ("raise NotImplementedError", Verdict.NOT_STARTED),
        ("return (3 * x**2 * dy).mT.contiguous()", Verdict.FAILED),
        ("return [3 * x**2 * dy]", Verdict.FAILED),
        ("raise ValueError('no')", Verdict.ERROR),
        ("raise SystemExit", Verdict.CRASHED),
        ("return torch.autograd.grad((x.requires_grad_()**3 * dy).sum(), x)[0]", Verdict.FORBIDDEN),
    ],
)
def test_what_earns_nothing(lenient: Engine, body: str, verdict: Verdict) -> None:
    result = grade(lenient, cube(body))
    assert (result.verdict, result.points) == (verdict, 0), result
    assert type(result.points) is int


@pytest.mark.parametrize(
    ("when", "then"),
    [
        ("x.shape[0] > 6", "time.sleep(60)"),
        ("x.shape[0] > 6", "raise SystemExit"),
        ("x.shape[0] > 6", "return dy"),
        ("x.shape[0] > 6", "raise ValueError"),
        ("x.shape[0] > 6", "torch.ones(1 << 32)"),
    ],
)
def test_who_dodges_the_watched_calls_earns_nothing(lenient: Engine, when: str, then: str) -> None:
    """All else is right, perhaps by means that are forbidden: the watches must have seen how."""
    result = grade(lenient, cube(f"if {when}: {then}\n    return 3 * x**2 * dy"))
    assert result.verdict is not Verdict.PASSED and (result.points, result.held) == (0, 0), result


def test_a_hanging_answer_costs_one_call(lenient: Engine) -> None:
    grade(lenient, RIGHT)  # the first one waits for torch
    started = time.monotonic()
    result = grade(lenient, cube("while True: pass"))
    assert (result.verdict, result.points, result.held) == (Verdict.TIMEOUT, 0, 0)
    assert time.monotonic() - started < 5.0, "one call has 2.5 seconds"


def test_what_is_wrong_and_slow_stays_within_the_exercise(lenient: Engine) -> None:
    started = time.monotonic()
    result = grade(lenient, cube("time.sleep(0.7); return dy * x"))
    assert result.points == 0 and time.monotonic() - started < 14.0, "8 seconds, and what the grader does"


def test_a_broken_rule_found_late_takes_everything(lenient: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """It empties its input, which is told; that autograd ran is seen later. Else it had earned 1.5."""
    from dojo import prepare

    monkeypatch.setattr(prepare, "violations", lambda *ignored: [])
    body = """with torch.enable_grad():
        z = x.clone().requires_grad_()
        answer = torch.autograd.grad((z**3 * dy).sum(), z)[0]
    dy.zero_()
    return answer"""
    result = grade(lenient, cube(body))
    assert (result.verdict, result.points, result.held) == (Verdict.FAILED, 0, 0), result


# -- points


@given(st.integers(1, 1000), st.integers(0, 50), st.integers(1, 50))
def test_a_share_is_rounded_down(points: int, held: int, of: int) -> None:
    held = min(held, of)
    earned = share(points, held, of)
    assert round(100 * earned) == points * held * 100 // of and earned <= points
    assert (earned == points) == (held == of)
    assert float(written(earned)) == earned


@given(st.lists(st.integers(0, 100_000)))
def test_sums_are_exact(hundredths: list[int]) -> None:
    parts = [share(count, 1, 100) for count in hundredths]
    assert round(100 * added(parts)) == sum(hundredths) and len(written(added(parts)).partition(".")[2]) <= 2


def test_whole_points_stay_whole() -> None:
    assert [repr(share(3, n, 3)) for n in range(4)] == ["0", "1", "2", "3"]
    assert repr(added([1.33, 2.67])) == "4" and repr(added([0.1] * 3)) == "0.3" and repr(added([])) == "0"
    assert [written(p) for p in (2, 2.0, 1.5, 1.33, 10)] == ["2", "2", "1.5", "1.33", "10"]
    assert share(3, 0, 0) == 0


def test_a_record_keeps_them(lenient: Engine, tmp_path: Path) -> None:
    source = cube("dy *= 3 * x**2; return dy") + "\n\ndef double(x):\n    return 2 * x\n"
    record = lenient.grade(handed_in(source), lenient.course.exercises, seed=Seed.numbered(1))
    assert total(record.exercises) == (record.points, 3) and isinstance(record.points, float)
    records.write(tmp_path, record)
    assert records.read(tmp_path, record.submission) == record
    again = json.loads(dump(record.to_json()))
    assert again["exercises"][0]["points"] == record.exercises[0].points
    assert repr(again["exercises"][1]["points"]) == "1"


def test_a_record_from_before_is_read(tmp_path: Path) -> None:
    result = ExerciseResult("one", "u", Verdict.PASSED, 1, 1, "All of it holds.")
    record = Record("ann", "process", "public:x", "sha256:0", "sha256:1", "0.1.0", 1, 1, [result])
    data: dict[str, Any] = json.loads(dump(record.to_json()))
    for exercise in data["exercises"]:
        del exercise["held"], exercise["properties"]
    path = records.path_of(tmp_path, "ann")
    path.write_text(json.dumps(data))
    assert records.read(tmp_path, "ann") == record
    for points in ("NaN", "Infinity", '"1"', "true", "null"):
        path.write_text(json.dumps(data).replace('"points": 1,', f'"points": {points},'))
        assert records.read(tmp_path, "ann") is None
    path.write_text(json.dumps(replace(record, points=0.5).to_json(), default=str))
    assert records.read(tmp_path, "ann") == replace(record, points=0.5)


# -- the manifest


def test_the_narrower_table_wins(lenient: Engine, tmp_path: Path) -> None:
    assert [lenient.course.credit(e.id) for e in lenient.course.exercises] == ["property", "exercise"]
    unit = MANIFEST.replace('title = "Unit"', 'title = "Unit"\ncredit = "property"')
    assert build(tmp_path / "unit", unit).credit("double") == "property"
    assert build(tmp_path / "plain").credit("double") == "exercise"


def test_another_word_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CourseError) as caught:
        build(tmp_path, MANIFEST.replace('title = "Unit"', 'title = "Unit"\ncredit = "half"'))
    assert caught.value.problems[0].endswith(
        'unit[u].credit: should be "exercise" or "property", not \'half\'.'
    )
