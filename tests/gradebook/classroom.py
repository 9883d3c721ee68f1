"""A small course under nbgrader, and ways to hand in notebooks to it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from traitlets.config import Config, PyFileConfigLoader

from dojo.course import Course, load
from dojo.release.nbgrader import release

Book = dict[str, Any]

UNIT = "u01_cubes"
TOTAL = 3.0

MANIFEST = """\
[course]
title = "Cubes & sums"
key = "cubes"

[defaults]
import_seconds = 2.0
call_seconds = 2.0
seconds = 4.0
memory_mib = 256
imports = ["torch", "math", "os", "sys", "time", "jaxtyping"]

[[unit]]
id = "u01_cubes"
title = "Cubes"
forbid = ["autograd"]

[[unit.exercise]]
id = "cube_backward"
title = "Backwards through the cube"
target = "cubes:cube_backward"
points = 2
difficulty = 1
minutes = 1
hints = ["Look at the power.", "What becomes of it?", "It comes down."]

[[unit.exercise]]
id = "double"
title = "Twice"
target = "cubes:double"
points = 1
difficulty = 1
minutes = 1
hints = ["Look at the number.", "What is twice of it?", "Two of a kind."]

[[unit]]
id = "u02_sums"
title = "Sums"

[[unit.exercise]]
id = "half"
title = "Half"
target = "sums:half"
points = 4
difficulty = 1
minutes = 1
hints = ["Look at the number.", "What is half of it?", "Two halves."]
"""

CUBES = '''\
"""Cubes."""

import torch
from jaxtyping import Float
from torch import Tensor

GIVEN = 3


def cube_backward(x: Float[Tensor, "N M"], dy: Float[Tensor, "N M"]) -> Float[Tensor, "N M"]:
    """The gradient of x in y = x ** 3."""
    # STUB: power = GIVEN
    # BEGIN SOLUTION
    power = GIVEN
    return power * x ** (power - 1) * dy
    # END SOLUTION


# BEGIN SOLUTION
def twice(x: Tensor) -> Tensor:
    return x + x
# END SOLUTION


def double(x: Float[Tensor, "N M"]) -> Float[Tensor, "N M"]:
    """Twice x."""
    # BEGIN SOLUTION
    return twice(x)
    # END SOLUTION
'''

SUMS = '''\
"""Sums."""

from jaxtyping import Float
from torch import Tensor


def half(x: Float[Tensor, "N M"]) -> Float[Tensor, "N M"]:
    """Half of x."""
    # BEGIN SOLUTION
    return x / 2
    # END SOLUTION
'''

GRADE_CUBES = '''\
"""Graders."""

from dojo.grading import backward_of, grades


@backward_of("cube_backward", wrt="x", upstream="dy")
def cube(x):
    return x**3


@cube.misconception(symptom="It is too small.", question="Where is the power?", rule="Times the power.")
def forgot_the_factor(x, dy):
    return x**2 * dy


@grades("double")
def twice(x):
    return 2 * x
'''

GRADE_SUMS = '''\
"""Graders."""

from dojo.grading import grades


@grades("half")
def halved(x):
    return x / 2
'''

HANDOUT = "# Cubes\n\n$x^3$\n\n### cube_backward\n\nGo back.\n\n### double\n\nTwice.\n"

RIGHT = {
    "cube_backward": "def cube_backward(x, dy):\n    return 3 * x**2 * dy",
    "double": "def double(x):\n    return 2 * x",
}
WRONG = {
    "cube_backward": "def cube_backward(x, dy):\n    return x**2 * dy",
    "double": "def double(x):\n    return 3 * x",
}


def build(root: Path) -> Course:
    """Write the course to `root` and load it."""
    files = {
        "course.toml": MANIFEST,
        "solutions/u01_cubes/cubes.py": CUBES,
        "solutions/u02_sums/sums.py": SUMS,
        "graders/u01_cubes/test_cubes.py": GRADE_CUBES,
        "graders/u02_sums/test_sums.py": GRADE_SUMS,
        "exercises/u01_cubes/README.md": HANDOUT,
        "exercises/u02_sums/README.md": "# Sums\n\n### half\n\nOne of two.\n",
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return load(root)


class Classroom:
    """A released course in nbgrader's tree, driven through nbgrader's own Python interface."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "nbgrader-course"
        if self.root.exists():
            self.course = load(folder)
        else:
            self.course = build(folder)
            release(self.course, self.course.units, self.root)
        self.config = self.load_config()

    def load_config(self) -> Config:
        """The config as `dojo release nbgrader` has written it."""
        return PyFileConfigLoader("nbgrader_config.py", path=str(self.root)).load_config()

    def api(self) -> Any:
        """nbgrader with the config as it is now."""
        from nbgrader.apps import NbGraderAPI

        return NbGraderAPI(config=self.config)

    def book(self, unit: str = UNIT) -> Book:
        """The notebook as students get it."""
        return json.loads((self.root / "release" / unit / f"{unit}.ipynb").read_text(encoding="utf-8"))

    def hand_in(self, student: str, content: str | bytes | Book, unit: str = UNIT) -> Path:
        """Put a notebook where `nbgrader collect` would."""
        path = self.root / "submitted" / student / unit / f"{unit}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, dict):
            content = json.dumps(content)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
        return path

    def autograded(self, student: str, unit: str = UNIT) -> Book:
        """The notebook that nbgrader has written."""
        path = self.root / "autograded" / student / unit / f"{unit}.ipynb"
        return json.loads(path.read_text(encoding="utf-8"))

    def feedback(self, student: str, unit: str = UNIT) -> str:
        """The page that a student gets."""
        return (self.root / "feedback" / student / unit / f"{unit}.html").read_text(encoding="utf-8")

    def gradebook(self) -> Any:
        """An open gradebook, to be used with `with`."""
        from nbgrader.api import Gradebook

        return Gradebook(self.api().coursedir.db_url)

    def grades(self, student: str, unit: str = UNIT) -> dict[str, tuple[float | None, bool]]:
        """Points of each check, and whether a person has to look at it."""
        with self.gradebook() as book:
            submission = book.find_submission(unit, student)
            return {
                g.name: (g.auto_score, g.needs_manual_grade) for n in submission.notebooks for g in n.grades
            }

    def score(self, student: str, unit: str = UNIT) -> float | None:
        """The sum of the points; None where nothing was graded."""
        points = [points for points, _ in self.grades(student, unit).values()]
        return None if None in points else sum(filter(None, points))

    def comments(self, student: str, unit: str = UNIT) -> dict[str, str]:
        """The comments that the kit has made."""
        with self.gradebook() as book:
            submission = book.find_submission(unit, student)
            return {c.name: c.auto_comment for n in submission.notebooks for c in n.comments}


def cell(book: Book, name: str) -> dict[str, Any]:
    """The first cell with this name."""
    return next(c for c in book["cells"] if c["id"] == name)


def answered(book: Book, answers: dict[str, str]) -> Book:
    """The notebook with these answers, and with outputs as if everything had been run."""
    for name, text in answers.items():
        cell(book, f"{name}-answer")["source"] = text
    return book


def code(source: str, **more: Any) -> dict[str, Any]:
    """A code cell of a student's own."""
    plain = {"cell_type": "code", "id": "mine", "metadata": {}, "source": source}
    return plain | {"execution_count": None, "outputs": []} | more


def text(source: str, kind: str = "markdown", **more: Any) -> dict[str, Any]:
    """A text cell of a student's own."""
    return {"cell_type": kind, "id": "mine", "metadata": {}, "source": source} | more
