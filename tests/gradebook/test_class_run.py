"""`nbgrader autograde` of a whole class: each notebook gets what its code deserves and harms no other."""

from __future__ import annotations

import json
import re

import pytest
from class_runs import ODD_NAMES, Run
from classroom import RIGHT, TOTAL, UNIT, Classroom, cell
from hostile import CASES

GRADED = [name for name, case in CASES.items() if case.points is not None]
UNREADABLE = [name for name, case in CASES.items() if case.points is None]


@pytest.mark.parametrize("name", GRADED)
def test_gets_what_its_code_deserves(name: str, classroom: Classroom, run: Run) -> None:
    grades = classroom.grades(name)
    assert sum(points or 0.0 for points, _ in grades.values()) == CASES[name].points, grades
    assert not any(by_hand for _, by_hand in grades.values())


@pytest.mark.parametrize("name", ["aaa", "zzz", *ODD_NAMES])
def test_harms_nobody_else(name: str, classroom: Classroom, run: Run) -> None:
    assert classroom.score(name) == TOTAL


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_notebook_fails_alone_with_a_sentence(name: str, classroom: Classroom, run: Run) -> None:
    assert not (classroom.root / "autograded" / name / UNIT).exists()
    (line,) = [line for line in run.log.splitlines() if line.startswith(f"[ERROR] {name}: ")]
    assert "u01_cubes.ipynb" in line and line.endswith(".")


def test_the_run_says_whom_it_could_not_grade(run: Run) -> None:
    assert not run.success
    assert set(re.findall(r"for student '(.*)'", run.log)) == set(UNREADABLE)


def test_the_log_is_calm(run: Run) -> None:
    assert "Traceback" not in run.log
    assert "checksum" not in run.log
    assert "[WARNING]" not in run.log
    assert re.search(r"\[INFO\] aaa, u01_cubes: 2 passed; 3 of 3 points \(\d+\.\d s\)\.", run.log)
    assert "[INFO] edited_given_code, u01_cubes: 1 cell of the course edited" in run.log
    assert not any(line.startswith("[INFO] aaa") and "cell" in line for line in run.log.splitlines())


def test_a_check_cell_holds_points_and_a_report(classroom: Classroom, run: Run) -> None:
    (output,) = cell(classroom.autograded("zzz"), "cube_backward")["outputs"]
    assert output["output_type"] == "execute_result"
    assert "".join(output["data"]["text/plain"]) == "2.0"
    assert "passed" in "".join(output["data"]["text/html"])


def test_the_first_cell_says_what_was_graded_and_how(classroom: Classroom, run: Run) -> None:
    (output,) = cell(classroom.autograded("zzz"), "setup")["outputs"]
    said = "".join(output["text"])
    assert "2 passed; 3 of 3 points" in said and "isolation: " in said and "sha256:" in said


@pytest.mark.parametrize("name", GRADED)
def test_nothing_is_left_of_a_notebook_but_its_text(name: str, classroom: Classroom, run: Run) -> None:
    book = classroom.autograded(name)
    released = {c["id"]: c for c in classroom.book()["cells"]}
    assert set(book["metadata"]) == {"kernelspec"}
    assert len({c["id"] for c in book["cells"]}) == len(book["cells"])
    for one in book["cells"]:
        theirs = one["metadata"].get("nbgrader")
        assert set(one["metadata"]) <= {"nbgrader"} and "attachments" not in one
        assert one["cell_type"] in ("code", "markdown")
        assert "forged" not in json.dumps(one.get("outputs", []))
        if theirs is None:
            assert not one.get("outputs")
        else:
            ours = released[one["id"]]["metadata"]["nbgrader"]
            assert {**theirs, "checksum": ""} == {**ours, "checksum": "", "cell_type": one["cell_type"]}
    assert set(RIGHT) <= {c["id"] for c in book["cells"]}


def test_locked_cells_are_as_released_and_in_their_places(classroom: Classroom, run: Run) -> None:
    released = classroom.book()
    for name in ("edited_check", "edited_given_code", "turned_checks_into_text", "deleted_checks"):
        book = classroom.autograded(name)
        assert [c["id"] for c in book["cells"]] == [c["id"] for c in released["cells"]]
        for one, ours in zip(book["cells"], released["cells"], strict=True):
            locked = ours["metadata"]["nbgrader"]["locked"]
            assert not locked or "".join(one["source"]) == "".join(ours["source"])


def test_long_cells_are_graded_and_shown_in_part(classroom: Classroom, run: Run) -> None:
    book = json.dumps(classroom.autograded("long_notes"))
    assert len(book) < 2_000_000
    assert "more characters are not shown" in book


def test_a_released_stub_earns_nothing_and_a_master_everything(classroom: Classroom, run: Run) -> None:
    classroom.hand_in("untouched", classroom.book())
    source = classroom.root / "source" / UNIT / f"{UNIT}.ipynb"
    classroom.hand_in("master", source.read_text(encoding="utf-8"))
    for student, points in (("untouched", 0.0), ("master", TOTAL)):
        assert classroom.api().autograde(UNIT, student)["success"]
        assert classroom.score(student) == points
