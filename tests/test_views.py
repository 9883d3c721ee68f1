"""What the terminal shows: golden pictures at 80 columns, and that no result whatever breaks it."""

from __future__ import annotations

import io
import re
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import terminal_course as made_up
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from terminal_course import golden, record, result, tensor

from dojo.course import Course
from dojo.history import Attempt, Past
from dojo.points import share
from dojo.text import clean, shorten
from dojo.verdict import Counterexample, ExerciseResult, Shown, Verdict, Worst
from dojo.views import classes, overview
from dojo.views.console import Screen, make_console
from dojo.views.exercise import exercise_report
from dojo.views.hint import hint_card
from dojo.views.live import Board
from dojo.views.numbers import Notation, apart, ratio
from dojo.views.statement import statement


def draw(*parts: Any, width: int = 80, encoding: str = "utf-8", **options: Any) -> str:
    """What `show` prints of the parts that a function of the look makes, or of the parts themselves."""
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, write_through=True)
    screen = make_console(file=file, width=width, **options)
    for part in parts:
        made = part(screen.look) if callable(part) else part
        screen.show(*made) if isinstance(made, list) else screen.show(made)
    return file.buffer.getvalue().decode(encoding)  # type: ignore[attr-defined]


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return made_up.make(tmp_path)


def failed(
    case: Counterexample | None, message: str = "Some values are wrong.", **more: Any
) -> ExerciseResult:
    return ExerciseResult(
        "backward_sum", "u01_sums", Verdict.FAILED, 0, 2, message, counterexample=case, **more
    )


FULL = failed(
    made_up.wrong_sum(),
    "The shape is right, but two of the three values differ from the gradient; look at the sums.",
    property="The answer equals the gradient that autograd finds, for any upstream gradient.",
    misconception="forgot_to_sum",
    duration_s=0.31,
    checks=12,
    output="h is torch.Size([3, 2])\n\nsecond line",
)

ONE_OF_MANY = failed(
    Counterexample(
        inputs=[Shown("tensor", [float(i) for i in range(64)], [16, 12], "float64", "demb", True)],
        expected=tensor([[[0.125, -1.5], [2.0, 1.0]], [[0.25, 3.0], [1.0, 0.75]]], [2, 2, 2]),
        actual=tensor([[[0.125, -1.5], [2.0, 1.0]], [[0.25, 3.0], [1.0, 0.7500001]]], [2, 2, 2]),
        worst=Worst([1, 1, 1], 0.75, 0.7500001),
        entries=8,
        wrong_entries=1,
        wrong_mask=[[[False, False], [False, False]], [[False, False], [False, True]]],
    )
)

RATIO = failed(
    Counterexample(
        inputs=[
            tensor([[0.5, -1.5, 2.25], [1.0, 1.0, 1.0], [0.0, 2.0, 3.0], [9.0, 1.0, 0.5]], [4, 3], "x"),
            Shown("value", "unbiased", name="mode"),
        ],
        expected=tensor([[0.3333333, 0.25, 0.125]], [1, 3]),
        actual=tensor([[0.25, 0.1875, 0.09375]], [1, 3]),
        worst=Worst([0, 0], 0.3333333, 0.25),
        ratio=0.75,
        entries=3,
        wrong_entries=3,
        wrong_mask=[[True, True, True]],
    )
)

WRONG_SHAPE = failed(
    Counterexample(
        inputs=[Shown("value", 3, name="T"), Shown("code", "lambda x: (x * x).sum()", name="f")],
        expected=tensor([1.0, 2.0], [2], "db"),
        actual=tensor([[1.0], [2.0]], [2, 1], "db"),
    ),
    "The shape is (2, 1) but it should be (2,).",
)

VALUES = failed(
    Counterexample(
        inputs=[Shown("value", [2, 3], name="P"), Shown("value", [3, 4], name="Q")],
        expected=Shown("value", {"row_sums": "[0.0, 0.0]", "label": "[1, 0]"}),
        actual=Shown("value", {"row_sums": "[0.0, 0.0]", "label": "[1, 1]", "extra": 3}),
        entries=1,
        wrong_entries=1,
        wrong_mask=True,
    )
)

ERROR = ExerciseResult(
    "backward_sum",
    "u01_sums",
    Verdict.ERROR,
    0,
    2,
    "Your function raised RuntimeError in line 31: The size of tensor a (3) must match that of tensor b (2)",
    duration_s=0.01,
)

PASSED = ExerciseResult(
    "backward_sum",
    "u01_sums",
    Verdict.PASSED,
    2,
    2,
    "5 properties hold on 40 cases.",
    duration_s=0.2,
    checks=40,
)

REPORTS = {
    "full": FULL,
    "one_of_many": ONE_OF_MANY,
    "ratio": RATIO,
    "wrong_shape": WRONG_SHAPE,
    "values": VALUES,
    "error": ERROR,
    "passed": PASSED,
}


@pytest.mark.parametrize("name", REPORTS)
def test_report(name: str) -> None:
    golden(f"report_{name}.txt", draw(lambda look: exercise_report(REPORTS[name], look)))


def test_report_in_other_terminals() -> None:
    def report(look: Any) -> Any:
        return exercise_report(FULL, look, verbose=True)

    golden("report_full_120.txt", draw(report, width=120))
    golden("report_full_40.txt", draw(report, width=40))
    golden("report_full_ascii.txt", draw(report, encoding="ascii"))
    golden("report_full_plain.txt", draw(report, plain=True))
    golden("report_full_colour.txt", draw(report, force_terminal=True, color_system="256"))


def graded_results(course: Course) -> list[ExerciseResult]:
    return [
        result(course, "backward_sum", Verdict.PASSED),
        result(
            course,
            "backward_mean",
            Verdict.FAILED,
            "3 of 12 entries are wrong, and the reason is a long one.",
        ),
        result(course, "backward_product", Verdict.TIMEOUT, "Your function did not finish: 5 s are over."),
        result(
            course,
            "backward_power",
            Verdict.FORBIDDEN,
            "Line 14 uses `torch.autograd`, which is not allowed.",
        ),
        result(course, "backward_norm", Verdict.KIT_ERROR, "The kit itself failed here: no fault of yours."),
        result(course, "backward_outer", Verdict.NOT_STARTED),
        result(course, "backward_tanh", Verdict.NOT_STARTED),
        result(course, "backward_two_layers", Verdict.NOT_STARTED),
    ]


def test_table_of_a_course(course: Course) -> None:
    results = graded_results(course)
    passed = overview.passed_after(set(), results)

    def table(look: Any) -> list[Any]:
        parts = overview.graded(course, record(results, notices=["sums.py is a link."]), look)
        return [*parts, overview.progress(course, passed, look), overview.next_line(course, passed)]

    golden("graded.txt", draw(table))
    golden("graded_100.txt", draw(table, width=120))
    golden("graded_plain.txt", draw(table, plain=True))
    golden("graded_40.txt", draw(table, width=40))
    golden("graded_ascii.txt", draw(table, encoding="ascii"))


def test_partial_credit(course: Course) -> None:
    """Hundredths are written as they are, and sums as a reader would add them up."""
    some = graded_results(course)
    some[1] = replace(some[1], points=0.66, held=2, properties=3)
    some[2] = replace(some[2], points=1.33, held=2, properties=3)
    some[3] = replace(some[3], points=0.5, held=1, properties=4)
    made = record(some)
    assert (made.points, made.max_points) == (3.49, 16)
    table = draw(lambda look: overview.graded(course, made, look), plain=True)
    assert [part in table for part in ("0.66/1", "1.33/2", "0.5/2", "3.49 of 9 points")] == [True] * 4
    third = replace(made, points=2.99, submission="ben")
    listed = draw(lambda look: classes.table([made, third], [], look), plain=True)
    assert "3.49/16" in listed and "2.99/16" in listed and "3.24 of 16 points" in listed
    card = draw(lambda look: exercise_report(some[2], look), plain=True)
    assert "1.33/2" in card and "points for 2 of 3 properties" in card
    assert "properties" not in draw(lambda look: exercise_report(some[0], look), plain=True)


def test_many_untouched_exercises_become_one_line(course: Course) -> None:
    results = [result(course, e.id, Verdict.NOT_STARTED) for e in course.exercises]
    folded = draw(lambda look: overview.graded(course, record(results), look))
    assert "4 exercises" in folded and "backward_norm" not in folded
    whole = draw(lambda look: overview.graded(course, record(results), look, fold=False))
    assert all(e.id in whole for e in course.exercises)


def some_past() -> Past:
    attempts = {"backward_sum": "passed", "backward_mean": "failed"}
    last = {name: Attempt(name, verdict, "") for name, verdict in attempts.items()}
    return Past(last=last, latest=last["backward_mean"])


def test_list(course: Course) -> None:
    states = {e.id: some_past().state(e.id) for e in course.exercises}
    golden("list.txt", draw(lambda look: overview.listed(course, states, course.units, look)))


def test_statement(course: Course) -> None:
    exercise = course.exercise("backward_tanh")
    golden("statement.txt", draw(lambda look: statement(course, exercise, some_past(), look)))
    golden(
        "statement_plain.txt", draw(lambda look: statement(course, exercise, some_past(), look), plain=True)
    )


def test_a_statement_without_stub_and_handout(course: Course) -> None:
    exercise = course.exercise("backward_product")
    course.path("exercises", exercise.id).unlink()
    text = draw(lambda look: statement(course, exercise, Past(), look))
    assert "dojo reset puts it back" in text
    assert "N×D float" in text, "the shapes are then those of the solution"


def test_hints(course: Course) -> None:
    exercise = course.exercise("backward_sum")
    golden("hint.txt", draw(lambda look: hint_card(exercise, "forgot_to_sum", exercise.hints, 0, 1, look)))
    golden("hint_all.txt", draw(lambda look: hint_card(exercise, None, exercise.hints, 0, 3, look)))


def test_class(course: Course) -> None:
    results = graded_results(course)
    better = [result(course, e.id, Verdict.PASSED) for e in course.exercises]
    records = [record(results, "group-a"), record(better, "\x1b[2J[red]group\u202e-b" + "x" * 90)]
    broken = [("group-c", "group-c: there is no such folder to grade.")]
    golden("class.txt", draw(lambda look: classes.table(records, broken, look)))
    golden("class_60.txt", draw(lambda look: classes.table(records, broken, look), width=60))
    golden("class_plain.txt", draw(lambda look: classes.table(records, broken, look), plain=True))


def test_the_board_counts_and_fits(course: Course) -> None:
    board = Board(course.exercises, 1, screen_of().look)
    board.begin("exercises")
    board.tell("start", "backward_sum")
    board.tell("start", "backward_mean")
    board.tell("done", result(course, "backward_sum", Verdict.PASSED))
    text = re.sub(r"[\u2800-\u28ff]", "*", draw([board]))
    golden("board.txt", text)


def test_two_numbers_that_differ_late_look_different(course: Course) -> None:
    one, other = (Shown("value", value, name="a.grad") for value in (-0.81691105, -0.81691108))
    case = Counterexample([], one, other, wrong_mask=True)
    text = draw(
        exercise_report(
            result(course, "backward_sum", Verdict.FAILED, "Wrong.", counterexample=case), screen_of().look
        )
    )
    assert "-0.81691105" in text and "-0.81691108" in text


def test_the_board_follows_a_long_exercise(course: Course) -> None:
    board = Board(course.exercises[:1], 1, screen_of().look)
    board.begin("exercises")
    board.tell("start", "backward_sum")
    board.tell("progress", (0.5, "loss 1.23\x1b[2J"))
    text = draw([board])
    assert "loss 1.23" in text and "50%" in text and "\x1b[2J" not in text
    board.tell("done", result(course, "backward_sum", Verdict.PASSED))
    assert "1/1" in draw([board])


# -- hostile text

HOSTILE = [
    ("\x1b[2Jgone\x1b[1;31mred\x1b[0m", "gonered"),
    ("\x1b]0;title\x07after", "after"),
    ("\x1b]8;;http://example.org\x1b\\link\x1b]8;;\x1b\\", "link"),
    ("\x1b]52;c;cGFzdGU=\x07paste", "paste"),
    ("\x9b31mred", "red"),
    ("a\u202eb\u2066c\u200bd\ufeffe\u2060f", "abcdef"),
    ("tag\U000e0041s", "tags"),
    ("a\rb\bc\x00d\x7fe", "abcde"),
    ("two\nlines\u2028three", "two lines three"),
    ("e\u0301\u0301\u0301\u0301\u0301", "e\u0301\u0301"),
    ("\u3164blank\u115f", "blank"),
    ("\ud800lone", "lone"),
    ("[bold red]no markup[/] :smile:", "[bold red]no markup[/] :smile:"),
    ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
    ("</code></div><!-- '\" --><b a='", "</code></div><!-- '\" --><b a='"),
    ("&lt;i&gt; &#60;", "&lt;i&gt; &#60;"),
]


@pytest.mark.parametrize(("text", "kept"), HOSTILE)
def test_clean(text: str, kept: str) -> None:
    assert clean(text) == kept


def test_clean_keeps_lines_where_asked_and_counts_what_it_cuts() -> None:
    assert clean("a\n\tb\nc\nd", lines=2) == "a\n    b\n... 2 more lines"
    assert clean("x" * 50, limit=10) == "x" * 10 + " ... 40 more characters"
    assert len(clean("x" * 10**7, limit=100)) < 200


hostile = st.text(alphabet=st.characters(), max_size=60) | st.sampled_from([text for text, _ in HOSTILE])
numbers = (
    st.floats() | st.integers(-(10**20), 10**20) | st.booleans() | st.sampled_from(["nan", "inf", "-inf"])
)
leaves = numbers | st.none() | hostile
nested = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(hostile, inner, max_size=3),
    max_leaves=12,
)
shown = st.builds(
    Shown,
    kind=st.sampled_from(["tensor", "value", "code", "text"]),
    values=nested,
    shape=st.none() | st.lists(st.integers(0, 10**6), max_size=4),
    dtype=st.none() | hostile,
    name=st.none() | hostile,
    cut=st.booleans(),
)
cases = st.builds(
    Counterexample,
    inputs=st.lists(shown, max_size=3),
    expected=st.none() | shown,
    actual=st.none() | shown,
    worst=st.none()
    | st.builds(Worst, index=st.lists(st.integers(0, 99), max_size=3), expected=numbers, actual=numbers),
    ratio=st.none() | st.floats(),
    entries=st.integers(0, 100),
    wrong_entries=st.integers(0, 100),
    wrong_mask=st.none() | nested,
    tolerance=st.none() | hostile,
)
results = st.builds(
    ExerciseResult,
    id=hostile,
    unit=hostile,
    verdict=st.sampled_from(Verdict),
    points=st.integers(0, 100) | st.integers(0, 9999).map(lambda count: share(count, 1, 100)),
    max_points=st.integers(0, 100),
    message=hostile,
    property=st.none() | hostile,
    misconception=st.none() | hostile,
    counterexample=st.none() | cases,
    duration_s=st.floats(0, 100),
    output=hostile,
    checks=st.integers(0, 100),
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    results,
    st.sampled_from([36, 40, 60, 80, 120]),
    st.sampled_from(["utf-8", "ascii", "cp1252"]),
    st.booleans(),
)
def test_no_result_breaks_the_report(one: ExerciseResult, width: int, encoding: str, plain: bool) -> None:
    text = draw(
        lambda look: exercise_report(one, look, verbose=True), width=width, encoding=encoding, plain=plain
    )
    for line in text.split("\n"):
        assert cell_len(line) <= width or encoding != "utf-8"
        for char in line:
            assert unicodedata.category(char)[0] != "C", f"{char!r} reached the terminal"


def test_no_escape_reaches_a_terminal_but_the_colours_that_are_ours() -> None:
    one = failed(None, "\x1b[2J\x1b]0;x\x07[red]\u202e", output="\x1b[5mprinted")
    text = draw(lambda look: exercise_report(one, look), force_terminal=True, color_system="256")
    assert not re.sub(r"\x1b\[[0-9;]*m", "", text).count("\x1b")
    assert "\x1b[5m" not in text and "[red]" in text and "\u202e" not in text


# -- numbers


@pytest.mark.parametrize(
    ("values", "written"),
    [
        ([1.0, -2.0, 0.0], ["1", "-2", "0"]),
        ([0.5, 1.25, -3.0], ["0.50", "1.25", "-3.00"]),
        ([1 / 3, 2.0], ["0.333", "2.000"]),
        ([123.456, 0.001], ["123.5", "1e-03"]),
        ([1e-9, 2.5e-9], ["1.00e-09", "2.50e-09"]),
        ([1e9, 0.0], ["1e+09", "0"]),
        (["nan", float("inf"), 1.0], ["nan", "inf", "1"]),
        ([-0.0, 0.5], ["-0.0", "0.5"]),
        ([True, False], ["True", "False"]),
    ],
)
def test_notation(values: list[Any], written: list[str]) -> None:
    notation = Notation(values)
    assert [notation.write(value) for value in values] == written


def test_entries_that_differ_look_different() -> None:
    notation = Notation([1.0, 0.5, 0.50001], [(0.5, 0.50001)])
    assert notation.write(0.5) != notation.write(0.50001)
    assert apart(0.75, 0.7500001) == ("0.75", "0.7500001")
    assert apart(1.0, 1.0 + 1e-15)[0] != apart(1.0, 1.0 + 1e-15)[1]
    assert apart(float("nan"), 1.0) == ("nan", "1")


def test_a_ratio_names_a_small_fraction() -> None:
    assert ratio(0.75) == "0.75 (3/4)"
    assert ratio(4 / 3) == "1.33333 (4/3)"
    assert ratio(-2.0) == "-2"
    assert ratio(0.123456789) == "0.123457"


# -- the look


def test_a_bar_is_full_only_at_the_end() -> None:
    look = screen_of().look
    assert look.bar(0, 90, 20).plain.count("━") == 0
    assert look.bar(1, 90, 20).plain.count("━") == 1
    assert look.bar(89, 90, 20).plain.count("━") == 19
    assert look.bar(90, 90, 20).plain.count("━") == 20
    assert look.bar(0, 0, 20).plain.count("━") == 0


def screen_of(encoding: str = "utf-8", **options: Any) -> Screen:
    return make_console(file=io.TextIOWrapper(io.BytesIO(), encoding=encoding), **options)


def test_width_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    assert screen_of().look.width == 80
    monkeypatch.setenv("COLUMNS", "60")
    assert screen_of().look.width == 60
    monkeypatch.setenv("COLUMNS", "500")
    assert screen_of().look.width == 100
    monkeypatch.setenv("COLUMNS", "wide")
    assert screen_of().look.width == 80


def test_signs_follow_the_encoding() -> None:
    assert not screen_of().look.ascii
    assert screen_of("ascii").look.ascii
    assert screen_of("cp1252").look.ascii
    assert screen_of(plain=True).look.ascii


def test_signs_that_the_encoding_lacks_get_a_lookalike() -> None:
    text = draw(lambda look: exercise_report(failed(None, "2 × 3 → 6, “so” …"), look), encoding="ascii")
    assert '2 x 3 -> 6, "so" .' in text


def test_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    text = draw(lambda look: exercise_report(FULL, look), force_terminal=True, color_system="256")
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", text)


def test_shorten() -> None:
    assert shorten("short", 10, "…") == "short"
    assert shorten("a long sentence that goes on", 16, "…") == "a long sentence…"
    assert len(shorten("x" * 50, 10, "...")) == 10
    assert shorten("anything", 0, "...") == ""


def test_next_follows_the_needs(course: Course) -> None:
    def name(passed: set[str]) -> str:
        exercise = overview.next_exercise(course, passed)
        return exercise.id if exercise else "none"

    assert name(set()) == "backward_sum"
    assert name({"backward_sum"}) == "backward_mean"
    assert name({"backward_sum", "backward_mean", "backward_power"}) == "backward_product"
    assert name({e.id for e in course.exercises}) == "none"
    assert "All of it is passed." in overview.next_line(course, {e.id for e in course.exercises}).plain
