"""A term with the real nbgrader, by its command line: from `dojo release` to feedback and exported grades."""

from __future__ import annotations

import html
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
import jupyter_support as jupyter
from cycle import DESERVED, FULL, STUDENTS, UNIT, Cycle, code_of, cycle, grader_lines, solution_lines
from people import Someone, ordinary

pytestmark = jupyter.needs_nbgrader


@pytest.fixture(scope="module", params=["ordinary user", "root"])
def term(request: pytest.FixtureRequest) -> Iterator[Cycle]:
    if request.param == "root" and os.geteuid() != 0:
        pytest.skip("this is not root")
    if request.param == "root" and request.config.getoption("--sample") and ordinary() is not None:
        pytest.skip("a sample takes one term, as an ordinary user; make redteam takes the other, too")
    with tempfile.TemporaryDirectory(prefix="dojo-cycle-") as name:  # pytest's own may be closed to others
        folder = Path(name)
        folder.chmod(0o755)
        as_whom = Someone() if request.param == "root" else ordinary()
        if as_whom is None:
            pytest.skip("only root may enter the folders that Python or the kit lies in")
        with cycle(folder, as_whom) as made:
            yield made


@pytest.mark.parametrize("student", STUDENTS)
def test_exported_grades_are_what_each_deserves(student: str, term: Cycle) -> None:
    row = term.table("exercises.csv")[student]
    assert {name: float(row[f"{UNIT}/{name}"]) for name in FULL} == DESERVED[student]
    total = sum(DESERVED[student].values())
    assert (float(row["score"]), float(row["max_score"])) == (total, sum(FULL.values()))
    stock = term.table("grades.csv")[student]
    assert (float(stock["raw_score"]), float(stock["score"])) == (total, total)


def test_validate_says_what_autograde_gives(term: Cycle) -> None:
    assert "Success! Your notebook passes all the tests." in term.said["validate"]


def test_all_goes_by_without_a_complaint(term: Cycle) -> None:
    for command, said in term.said.items():
        for line in said.splitlines():
            assert not re.search(r"Traceback|ERROR|WARN(?!ING \| Kernel is running over TCP)", line), command
            assert "cheat" not in line, command


# --- what students receive --------------------------------------------------------------------------------


def _received(term: Cycle) -> dict[Path, str]:
    """Every file that nbgrader hands out to all: the release, the exchange, and what a student fetched."""
    outbound = term.exchange / "backprop-dojo" / "outbound"
    fetched = [path for path in (term.folder / "fetched").rglob("*") if path.is_file()]
    found = [*(term.teaching / "release").rglob("*"), *outbound.rglob("*"), *fetched]
    return {path: path.read_text(encoding="utf-8") for path in found if path.is_file()}


def test_students_receive_the_notebook_and_nothing_else(term: Cycle) -> None:
    received = _received(term)
    assert [path.name for path in received] == [f"{UNIT}.ipynb"] * 3
    assert len(set(received.values())) == 1


def test_a_released_notebook_holds_no_solution_and_nothing_that_grades(term: Cycle) -> None:
    course = term.folder / "course"
    lines = solution_lines(course) | grader_lines(course)
    assert len(lines) > 100
    source = code_of(term.book("source"))
    assert sum(line in source for line in solution_lines(course)) > 25  # so we look for the right lines
    for path, text in _received(term).items():
        released = "\n".join("".join(one["source"]) for one in json.loads(text)["cells"])
        given = [line for line in lines if line in released]
        assert not given, path
        assert "SOLUTION" not in released


def test_a_released_notebook_has_no_outputs_and_no_data_of_ours(term: Cycle) -> None:
    book = term.book("release")
    assert set(book["metadata"]) == {"kernelspec", "language_info"}
    for one in book["cells"]:
        assert set(one["metadata"]) <= {"nbgrader", "deletable", "editable"}
        assert not one.get("outputs") and one.get("execution_count") is None
        if one["metadata"]["nbgrader"]["grade"]:
            assert "".join(one["source"]) == f'check("{one["id"]}")'


def test_nothing_secret_lies_where_students_look(term: Cycle) -> None:
    secrets = ["HIDDEN-CANARY", "seven_of_many", (term.teaching / "secret.key").read_text().strip()]
    folders = [term.exchange, term.folder / "desks", term.teaching / "release", term.teaching / "edition"]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    assert len(files) > 100
    for path in files:
        content = path.read_bytes()
        assert not [secret for secret in secrets if secret.encode() in content], path


# --- what they get back -----------------------------------------------------------------------------------


@pytest.mark.parametrize("student", STUDENTS)
def test_everybody_gets_their_own_feedback_and_no_other(student: str, term: Cycle) -> None:
    marks = set(re.findall(r"mark-of-\w+", term.page(student)))
    assert marks == ({f"mark-of-{student}"} if student != "untouched" else set())
    total = f"{sum(DESERVED[student].values()):g}"
    assert re.search(rf"Score: {re.escape(total)}(\.0)? / 15\.0\b", term.page(student))


@pytest.mark.parametrize("student", ["partly_wrong", "untouched", "hostile"])
def test_feedback_shows_no_solution(student: str, term: Cycle) -> None:
    page = html.unescape(re.sub(r"<[^>]+>", "", term.page(student)))
    handed_in = code_of(json.loads((term.desk(student) / UNIT / f"{UNIT}.ipynb").read_text()))
    lines = {line for line in solution_lines(term.folder / "course") if line not in handed_in}
    assert len(lines) > 5
    assert not [line for line in lines if line in page]


def test_feedback_says_what_is_wrong_and_why(term: Cycle) -> None:
    page = html.unescape(re.sub(r"<[^>]+>", "", term.page("partly_wrong")))
    assert "What is the slope of tanh at 0" in page  # the question of the misconception that was recognised
    assert "A property that is not shown does not hold." in page
    assert "points for 2 of 3 properties" in page
    assert "The cell symmetric_units-answer has a syntax error in line 1" in page
    assert "isolation: " in page and "sha256:" in page


def test_nothing_of_a_hostile_notebook_is_live(term: Cycle) -> None:
    assert "<b class='forged-page'>" not in term.page("hostile")
    assert "<b>forged-page</b>" not in term.page("hostile")
