"""`nbgrader export --exporter=dojo.nbgrader.export.PerExercise`: a row for each student, a column for each
exercise."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from nbgrader.api import BaseCell, Grade, MissingEntry, SubmittedAssignment, SubmittedNotebook
from nbgrader.plugins import ExportPlugin

from dojo.points import written

_PERSON = ["student_id", "last_name", "first_name", "email"]
_TOTALS = ["score", "late_penalty", "max_score"]
_FORMULA = tuple("=+-@＝＋－＠|%\t\r\n")


class PerExercise(ExportPlugin):  # type: ignore[misc]
    """Points of each exercise as they stand in the gradebook; a cell is empty where there is no grade yet."""

    def export(self, gradebook: Any) -> None:
        """Write the table to `--to`, by default `exercises.csv`."""
        target = Path(self.to or "exercises.csv")
        wanted = [str(name) for name in self.assignment]
        students = [str(name) for name in self.student]
        rows = table(gradebook, wanted, students)
        with target.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([[_harmless(value) for value in row] for row in rows])
        self.log.info("Points of %d students written to %s", len(rows) - 1, target)


def table(gradebook: Any, assignments: list[str], students: list[str]) -> list[list[str]]:
    """The rows, the first one with the names of the columns. Empty lists choose everything."""
    chosen = [a for a in gradebook.assignments if not assignments or a.name in assignments]
    people = [s for s in gradebook.students if not students or s.id in students]
    columns = [(a.name, cell) for a in chosen for cell in _graded_cells(a)]
    scores = {a.name: _scores(gradebook, a.name) for a in chosen}
    rows = [[*_PERSON, *(f"{name}/{cell}" for name, cell in columns), *_TOTALS]]
    for person in people:
        points = [scores[name].get((person.id, cell)) for name, cell in columns]
        names = [str(getattr(person, key) or "") for key in ("last_name", "first_name", "email")]
        rows.append([person.id, *names, *map(_number, points), *_totals(gradebook, chosen, person.id)])
    return rows


def _graded_cells(assignment: Any) -> list[str]:
    return [cell.name for book in assignment.notebooks for cell in [*book.grade_cells, *book.task_cells]]


def _scores(gradebook: Any, assignment: str) -> dict[tuple[str, str], float | None]:
    """Every score of an assignment, in one query: asking for each takes minutes in a large class."""
    found = (
        gradebook.db.query(Grade, SubmittedAssignment.student_id, BaseCell.name)
        .join(SubmittedNotebook, SubmittedNotebook.id == Grade.notebook_id)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .join(BaseCell, BaseCell.id == Grade.cell_id)
        .filter(SubmittedAssignment.assignment.has(name=assignment))
    )
    return {(student, cell): _score(grade) for grade, student, cell in found}


def _score(grade: Any) -> float | None:
    known = grade.manual_score if grade.manual_score is not None else grade.auto_score
    return None if known is None else known + (grade.extra_credit or 0.0)


def _totals(gradebook: Any, assignments: list[Any], student: str) -> list[str]:
    score = penalty = most = 0.0
    for assignment in assignments:
        most += assignment.max_score or 0.0
        try:
            submission = gradebook.find_submission(assignment.name, student)
        except MissingEntry:
            continue
        score += max(0.0, submission.score - submission.late_submission_penalty)
        penalty += submission.late_submission_penalty
    return [_number(score), _number(penalty), _number(most)]


def _number(value: float | None) -> str:
    return "" if value is None else written(round(value, 2))


def _harmless(value: str) -> str:
    """A name that a spreadsheet would compute is written as text; a negative number stays one."""
    try:
        float(value)
    except ValueError:
        return "'" + value if value.lstrip().startswith(_FORMULA) or value.startswith(_FORMULA) else value
    return value
