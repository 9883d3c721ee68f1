"""What the gradebook says of a notebook's cells: the only thing about them that is believed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SCHEMA = 3  # of nbgrader's cell metadata


@dataclass(frozen=True)
class Expected:
    """A cell as it was released. `points` are those of a graded cell, else None."""

    name: str
    cell_type: str
    source: str
    checksum: str
    locked: bool
    solution: bool = False
    task: bool = False
    points: float | None = None

    @property
    def grade(self) -> bool:
        """Whether the cell earns points by itself: a check, or an answer that a person reads."""
        return self.points is not None and not self.task

    @property
    def check(self) -> bool:
        """Whether its points come from a program."""
        return self.grade and not self.solution and self.cell_type == "code"

    def metadata(self) -> dict[str, Any]:
        """nbgrader's metadata of the cell, made anew."""
        made = {
            "schema_version": SCHEMA,
            "grade_id": self.name,
            "grade": self.grade,
            "solution": self.solution,
            "locked": self.locked,
            "task": self.task,
            "cell_type": self.cell_type,
            "checksum": self.checksum,
        }
        return made if self.points is None else made | {"points": self.points}


def expected_cells(gradebook: Any, notebook: str, assignment: str) -> dict[str, Expected]:
    """The cells of a released notebook by name, in its order. Raises nbgrader's MissingEntry."""
    book = gradebook.find_notebook(notebook, assignment)
    graded = {cell.name: cell.max_score for cell in [*book.grade_cells, *book.task_cells]}
    tasks = {cell.name for cell in book.task_cells}
    solutions = {cell.name for cell in book.solution_cells}
    return {
        cell.name: Expected(
            name=cell.name,
            cell_type=cell.cell_type,
            source=cell.source or "",
            checksum=cell.checksum or "",
            locked=cell.locked,
            solution=cell.name in solutions,
            task=cell.name in tasks,
            points=graded.get(cell.name),
        )
        for cell in book.source_cells
    }
