"""`nbgrader generate_assignment` leaves in an answer cell exactly what `dojo stubs` leaves in a module."""

from __future__ import annotations

import re
from typing import Any

from nbgrader import utils
from nbgrader.preprocessors import ClearSolutions as NbgraderClearSolutions

from dojo.regions import StubError, stub_text

_MARKER = re.compile(r"^([ \t]*)### (BEGIN|END) SOLUTION[ \t]*$", re.MULTILINE)


class ClearSolutions(NbgraderClearSolutions):  # type: ignore[misc]
    """Helpers of the solution vanish, `# STUB:` lines become code, the rest is `raise NotImplementedError`.

    A cell without our markers, such as a question that an instructor has added, is cleared as ever.
    """

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> tuple[Any, Any]:
        """Replace the solution of one cell by its stub. Raises StubError, and then nothing is released."""
        ours = cell.cell_type == "code" and utils.is_solution(cell) and _MARKER.search(cell.source)
        if not ours:
            return super().preprocess_cell(cell, resources, index)
        name = cell.metadata.nbgrader["grade_id"]
        try:
            cell.source = stub_of(cell.source, f"the cell {name}")
        except StubError as error:
            self.log.error(str(error))
            raise
        return cell, resources


def stub_of(source: str, where: str = "the cell") -> str:
    """The stub of an answer cell whose solution stands between nbgrader's markers. Raises StubError."""
    return stub_text(_MARKER.sub(r"\1# \2 SOLUTION", source), where).strip("\n")
