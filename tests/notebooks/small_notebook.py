"""The notebook of the engine's small course, in a folder whose name is none of the easy ones."""

from __future__ import annotations

import json
from pathlib import Path

import small_course

from dojo.notebooks.cells import Cell
from dojo.notebooks.write import notebook, text_of

STUB = "def cube_backward(x, dy):\n    raise NotImplementedError"
WRONG = "def cube_backward(x, dy):\n    return x**2 * dy"
RIGHT = "def cube_backward(x, dy):\n    return 3 * x**2 * dy"
ENDLESS = "def cube_backward(x, dy):\n    while True:\n        pass"
SETUP = "from dojo.notebook import check, hint, show"
CHECK = 'check("cube_backward")'
FOLDER = "Kurs für Ärzte 1"
HANDOUT = "# Unit\n\n### cube_backward\nBack through $x^3$.\n\n### double\nTwice.\n"


def write_course(folder: Path) -> Path:
    """The course in a folder below this one, with its handout. Returns its root."""
    root = folder / FOLDER
    small_course.build(root)
    (root / "exercises" / "u").mkdir(parents=True)
    (root / "exercises" / "u" / "README.md").write_text(HANDOUT, encoding="utf-8")
    return root


def write_notebook(path: Path, answer: str = STUB, *extra: Cell) -> Path:
    """A student's notebook: setup, an answer, its check, whatever is added, and a second exercise."""
    cells = [
        Cell("text", "u-text", "# Unit"),
        Cell("setup", "setup", SETUP),
        Cell("given", "m-given", "import torch"),
        Cell("text", "cube_backward-text", "### cube_backward"),
        Cell("answer", "cube_backward-answer", answer),
        Cell("check", "cube_backward", CHECK, 2),
        *extra,
        Cell("answer", "double-answer", "def double(x):\n    return 2 * x"),
        Cell("check", "double", 'check("double")', 1),
    ]
    path.write_text(text_of(notebook(cells)), encoding="utf-8")
    return path


def cells_of(path: Path) -> dict[str, str]:
    """The texts of the code cells by their ids, in order."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return {cell["id"]: "".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"}
