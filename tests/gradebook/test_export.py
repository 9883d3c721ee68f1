"""`nbgrader export --exporter=dojo.nbgrader.export.PerExercise`."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest
from class_runs import Run
from classroom import UNIT, Classroom

from dojo.nbgrader.export import table


def test_a_row_for_each_student_and_a_column_for_each_exercise(classroom: Classroom, run: Run) -> None:
    with classroom.gradebook() as book:
        rows = table(book, [], ["edited_check", "cannot_be_parsed", "no_json"])
    head, *others = rows
    assert head[4:7] == [f"{UNIT}/cube_backward", f"{UNIT}/double", "u02_sums/half"]
    assert head[-3:] == ["score", "late_penalty", "max_score"]
    by_student = {row[0]: row[4:] for row in others}
    assert by_student["edited_check"] == ["0", "0", "", "0", "0", "7"]
    assert by_student["cannot_be_parsed"] == ["2", "0", "", "2", "0", "7"]
    assert by_student["no_json"][:3] == ["", "", ""]  # not graded, which is no 0


def test_what_a_person_gave_counts(classroom: Classroom, run: Run) -> None:
    with classroom.gradebook() as book:
        grade = book.find_grade("double", UNIT, UNIT, "forged_outputs")
        grade.manual_score, grade.extra_credit = 1.0, 0.5
        book.db.commit()
        (_, row) = table(book, [UNIT], ["forged_outputs"])
    assert row[4:] == ["0", "1.5", "1.5", "0", "3"]


def test_from_the_command_line(classroom: Classroom, run: Run, tmp_path: Path) -> None:
    target = tmp_path / "points.csv"
    command = [sys.executable, "-m", "nbgrader", "export", f"--to={target}"]
    done = subprocess.run(
        [*command, "--exporter=dojo.nbgrader.export.PerExercise"],
        cwd=classroom.root,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    with target.open(encoding="utf-8", newline="") as file:
        students = [row[0] for row in csv.reader(file)]
    assert "zzz" in students
    assert "'=1+1" in students and "'-x" in students and "'%s" in students
    assert not [name for name in students if name.startswith(tuple("=+-@%"))]


@pytest.mark.parametrize("value", ["=1", " =1", "@a", "+a", "-a", "\t=1", "＝1", "|a"])
def test_formulas_become_text(value: str) -> None:
    from dojo.nbgrader.export import _harmless

    assert _harmless(value) == "'" + value
    assert _harmless("-1.5") == "-1.5" and _harmless("a-b") == "a-b"
