"""A few exercises of the real course, taught to five students through nbgrader's command line."""

from __future__ import annotations

import contextlib
import copy
import csv
import json
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from classroom import Book, cell, code, text
from commands import Commands, commands
from jupyter_support import ROOT
from people import Someone

UNIT = "u04_activations_batchnorm"
MODULES = ("first_loss", "saturation")
STUDENTS = ("full_marks", "partly_wrong", "untouched", "hostile", "tampered")

# --- the course -------------------------------------------------------------------------------------------

HIDDEN = '''"""HIDDEN-CANARY: what is only looked at when it counts."""

import torch

from dojo.grading import also


@also("saturation_fraction").property("HIDDEN-CANARY finds 7 of 777")
def seven_of_many(student):
    h = torch.zeros(1, 777)
    h[0, :7] = 1.0
    return abs(student(h, 0.97) - 7 / 777) < 1e-6
'''


def lay_course(folder: Path) -> None:
    """Copy the real course, cut down to a few modules of one unit, with partial credit for one exercise."""
    manifest = (ROOT / "course.toml").read_text(encoding="utf-8")
    head, *units = re.split(r"^(?=\[\[unit\]\])", manifest, flags=re.MULTILINE)
    (unit,) = [text for text in units if f'id = "{UNIT}"' in text]
    opening, *exercises = re.split(r"^(?=\[\[unit\.exercise\]\])", unit, flags=re.MULTILINE)
    kept = [text for text in exercises if re.search(r'target = "(\w+):', text)[1] in MODULES]  # type: ignore[index]
    text = head.replace("call_seconds = 5.0", "call_seconds = 1.0") + opening + "".join(kept)
    text = text.replace('id = "dead_units"\n', 'id = "dead_units"\ncredit = "property"\n')
    folder.mkdir(parents=True)
    (folder / "course.toml").write_text(text, encoding="utf-8")
    for tree, pattern in (("solutions", "{}.py"), ("graders", "test_{}.py"), ("exercises", "{}.py")):
        (folder / tree / UNIT).mkdir(parents=True)
        for module in MODULES:
            name = pattern.format(module)
            shutil.copy(ROOT / tree / UNIT / name, folder / tree / UNIT / name)
    handout = (ROOT / "exercises" / UNIT / "README.md").read_text(encoding="utf-8")
    (folder / "exercises" / UNIT / "README.md").write_text(handout.partition("\n## Principled")[0] + "\n")
    (folder / "data").mkdir()


def solution_lines(folder: Path) -> set[str]:
    """The lines between the markers of `solutions/` that say something and stand nowhere else."""
    inside, outside = set(), set()
    for path in (folder / "solutions").rglob("*.py"):
        solving = False
        for line in path.read_text(encoding="utf-8").splitlines():
            bare = line.strip()
            if bare in ("# BEGIN SOLUTION", "# END SOLUTION"):
                solving = bare == "# BEGIN SOLUTION"
            else:
                (inside if solving else outside).add(bare)
    return {line for line in inside - outside if len(line) > 12}


def grader_lines(folder: Path) -> set[str]:
    """The lines of the graders, but for those that any module has."""
    lines = {
        line.strip()
        for path in (folder / "graders").rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
    }
    return {line for line in lines if len(line) > 24 and not line.startswith(("import ", "from "))}


def code_of(book: Book) -> str:
    """The text of all code cells."""
    return "\n".join("".join(one["source"]) for one in book["cells"] if one["cell_type"] == "code")


# --- five submissions -------------------------------------------------------------------------------------

RIGHT_FRACTION = "return (h.abs() > tau).double().mean().item()"
WRONG = {
    # A known misconception, and no partial credit.
    "tanh_backward": "def tanh_backward(t, g):\n    return (1 - t) * g",
    # Right for what is public; the hidden property has a matrix of 777 columns.
    "saturation_fraction": "def saturation_fraction(h, tau):\n    if h.shape[1] > 500:\n        return 0.0\n"
    f"    {RIGHT_FRACTION}",
    # Right but for the ValueError: two of its three properties hold.
    "dead_units": "def dead_units(h, tau=0.99, kind='tanh'):\n    if kind == 'tanh':\n"
    "        return (h.abs() > tau).all(dim=0)\n    if kind == 'relu':\n        return (h <= 0).all(dim=0)\n"
    "    return torch.zeros(h.shape[1], dtype=torch.bool)",
    "symmetric_units": "def symmetric_units(W1, b1, W2)\n    return b1 > 0",
    "no_grad_eval": None,  # as it was handed out
}


def solved(released: Book, source: Book) -> Book:
    """The notebook as students get it, with the answers of the source notebook."""
    book = copy.deepcopy(released)
    for one in source["cells"]:
        if one["id"].endswith("-answer"):
            lines = "".join(one["source"]).splitlines(keepends=True)
            kept = [
                line for line in lines if "### BEGIN SOLUTION" not in line and "### END SOLUTION" not in line
            ]
            cell(book, one["id"])["source"] = kept
    return book


def submissions(released: Book, source: Book) -> dict[str, Book]:
    """What each student hands in. Each has a mark of its own in a comment, to see where it turns up."""
    books = {name: solved(released, source) for name in STUDENTS}
    books["untouched"] = copy.deepcopy(released)
    _work_as_people_do(books["full_marks"])
    for name, answer in WRONG.items():
        old = cell(released, f"{name}-answer")["source"]
        cell(books["partly_wrong"], f"{name}-answer")["source"] = old if answer is None else answer
    _attack(books["hostile"])
    _tamper(books["tampered"])
    for name, book in books.items():
        if name != "untouched":
            book["cells"].append(code(f"mark = 'mark-of-{name}'"))
    return books


def _work_as_people_do(book: Book) -> None:
    """Outputs, experiments, a helper in a cell of its own, notes with formulas."""
    for one in book["cells"]:
        if one["cell_type"] == "code":
            one["execution_count"] = 1
    answer = cell(book, "tanh_backward-answer")
    answer["source"] = "def tanh_backward(t, g):\n    return slope(t) * g"
    book["cells"].insert(
        book["cells"].index(answer), code("def slope(t):\n    return 1.0 - t**2", id="helper")
    )
    book["cells"] += [
        code("%matplotlib inline\nprint(tanh_backward(torch.ones(2, 2), torch.ones(2, 2)))", id="try"),
        code("1 / 0", id="oops", outputs=[_error()]),
        text("The slope is $1 - t^2$.", id="note"),
    ]


def _error() -> dict[str, Any]:
    return {
        "output_type": "error",
        "ename": "ZeroDivisionError",
        "evalue": "division by zero",
        "traceback": [],
    }


def _attack(book: Book) -> None:
    """Hangs, forges, prints a score and redefines the check; three answers are right."""
    answers = {
        "expected_initial_loss": "def expected_initial_loss(K):\n    while True:\n        pass",
        "confidently_wrong_demo": "def confidently_wrong_demo(logits, y, scales):\n"
        "    print('2.0')\n    return 2.0\n\n2.0",
        "init_output_layer": "def init_output_layer(H, V, seed):\n    import os\n    os._exit(0)",
        "symmetric_units": "class Always:\n    def __eq__(self, other):\n        return True\n\n"
        "def symmetric_units(W1, b1, W2):\n    return Always()",
        "tanh_backward": "def tanh_backward(t, g):\n    raise SystemExit(0)",
        "dead_units": "def dead_units(h, tau=0.99, kind='tanh'):\n"
        "    return [bytearray(10**9) for _ in range(9)]",
    }
    for name, answer in answers.items():
        cell(book, f"{name}-answer")["source"] = answer
        points = {"output_type": "execute_result", "execution_count": 1, "metadata": {}}
        cell(book, name)["outputs"] = [
            points | {"data": {"text/plain": "2.0", "text/html": "<b>forged-page</b>"}}
        ]
        cell(book, name)["metadata"]["nbgrader"]["points"] = 100
    fake = "def check(name):\n    return 100.0\n\nimport dojo.notebook\ndojo.notebook.check = check"
    book["cells"].insert(0, code(fake, id="fake"))
    book["cells"].append(text("<b class='forged-page'>full marks</b> [x](u:x)", id="live"))


def _tamper(book: Book) -> None:
    """Locked cells deleted, edited, copied and made into others; one answer is deleted, the rest is right."""
    gone = {"tanh_backward", "saturation-given", "init_hidden-answer", f"{UNIT}-text"}
    book["cells"] = [one for one in book["cells"] if one["id"] not in gone]
    cell(book, "setup")["source"] = "check = lambda name: 2.0"
    cell(book, "dead_units")["source"] = "2.0"
    cell(book, "init_hidden")["source"] = "2.0"
    cell(book, "first_loss-given")["source"] = "import math, torch\nlog = math.log10"
    book["cells"].append(copy.deepcopy(cell(book, "symmetric_units")))
    cell(book, "no_grad_eval")["cell_type"] = "markdown"
    for key in ("outputs", "execution_count"):
        del cell(book, "no_grad_eval")[key]
    cell(book, "expected_initial_loss")["metadata"]["nbgrader"] |= {"grade": False, "points": 7}
    cell(book, "confidently_wrong_demo")["metadata"]["tags"] = ["some", "tags"]


# The points that each answer deserves. `dead_units`: all properties but one hold.
FULL = {
    "expected_initial_loss": 1.0,
    "confidently_wrong_demo": 2.0,
    "init_output_layer": 2.0,
    "symmetric_units": 2.0,
    "no_grad_eval": 2.0,
    "tanh_backward": 1.0,
    "saturation_fraction": 1.0,
    "dead_units": 2.0,
    "init_hidden": 2.0,
}
DESERVED = {
    "full_marks": FULL,
    "partly_wrong": FULL | dict.fromkeys(WRONG, 0.0) | {"dead_units": 1.33},
    "untouched": dict.fromkeys(FULL, 0.0),
    "hostile": dict.fromkeys(FULL, 0.0)
    | {"no_grad_eval": 2.0, "saturation_fraction": 1.0, "init_hidden": 2.0},
    "tampered": FULL | {"init_hidden": 0.0},
}


# --- the cycle --------------------------------------------------------------------------------------------

SETTINGS = """
c.Exchange.root = {exchange!r}
c.ExchangeCollect.check_owner = False  # all are one user here
c.Checks.hidden = str(HERE / "hidden")
"""
FOR_STUDENTS = """\
c = get_config()
c.CourseDirectory.course_id = "backprop-dojo"
c.Exchange.root = {exchange!r}
c.Execute.timeout = 300
c.Execute.startup_timeout = 300
"""


@dataclass
class Cycle:
    """One term of a course: folders, and what each command said."""

    folder: Path
    as_whom: Someone
    nbgrader: Commands
    said: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def teaching(self) -> Path:
        """The instructor's folder."""
        return self.folder / "teaching"

    @property
    def exchange(self) -> Path:
        """The folder in which everybody meets."""
        return self.folder / "exchange"

    def desk(self, student: str) -> Path:
        """A student's folder."""
        return self.folder / "desks" / student

    def environment(self, who: str) -> dict[str, str]:
        """Jupyter's folders of one person, where the kit's warm servers of this cycle are looked for, too."""
        home = self.folder / "homes" / who
        more = {"XDG_RUNTIME_DIR": str(home), "DOJO_WARM": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        return self.as_whom.environment(home, **more)

    def run(self, *argv: str, cwd: Path | None = None, who: str = "instructor") -> str:
        """Run an nbgrader command that has to succeed; what it said."""
        began = time.monotonic()
        env = self.environment(who)
        status, said = self.nbgrader.run(*argv, cwd=cwd or self.teaching, env=env)
        self.said[argv[0]] = self.said.get(argv[0], "") + said
        self.seconds[argv[0]] = self.seconds.get(argv[0], 0.0) + time.monotonic() - began
        assert status == 0, f"nbgrader {' '.join(argv)} ended with {status}:\n{said}"
        return said

    def dojo(self, *argv: str, cwd: Path, who: str = "instructor") -> subprocess.Popen[str]:
        """Start a `dojo` command as the same user."""
        env = self.environment(who)
        return self.as_whom.start("-m", "dojo", *argv, cwd=cwd, env=env, stderr=subprocess.STDOUT)

    def finish(self, process: subprocess.Popen[str]) -> None:
        """Wait for a `dojo` command that has to succeed."""
        said = process.communicate(timeout=600)[0]
        assert process.returncode == 0, said

    def book(self, stage: str) -> Book:
        """The notebook in source/ or release/."""
        path = self.teaching / stage / UNIT / f"{UNIT}.ipynb"
        return json.loads(path.read_text(encoding="utf-8"))  # type: ignore[no-any-return]

    def table(self, name: str) -> dict[str, dict[str, str]]:
        """A table that was exported, by student."""
        with (self.teaching / name).open(encoding="utf-8", newline="") as file:
            return {row["student_id"]: row for row in csv.DictReader(file)}

    def page(self, student: str) -> str:
        """The feedback that a student has fetched."""
        (path,) = (self.desk(student) / UNIT / "feedback").rglob("*.html")
        return path.read_text(encoding="utf-8")


@contextlib.contextmanager
def cycle(folder: Path, as_whom: Someone) -> Iterator[Cycle]:
    """A whole term, from `dojo release` to fetched feedback and exported grades, in an empty folder."""
    logs = folder / "logs"
    logs.mkdir()
    with commands(logs, as_whom) as nbgrader:
        term = Cycle(folder, as_whom, nbgrader)
        _prepare(term)
        _hand_out(term)
        _take_and_hand_in(term)
        _grade_and_give_back(term)
        yield term


def _prepare(term: Cycle) -> None:
    """The course, the exchange, and a folder for each person."""
    lay_course(term.folder / "course")
    hidden = term.teaching / "hidden" / UNIT / "test_saturation.py"
    hidden.parent.mkdir(parents=True)
    hidden.write_text(HIDDEN, encoding="utf-8")
    term.exchange.mkdir()
    term.exchange.chmod(0o777)
    settings = FOR_STUDENTS.format(exchange=str(term.exchange))
    for student in STUDENTS:
        if student != STUDENTS[0]:  # who gets a whole workspace below
            term.desk(student).mkdir(parents=True)
            (term.desk(student) / "nbgrader_config.py").write_text(settings, encoding="utf-8")
    term.as_whom.own(*(term.folder / name for name in ("course", "teaching", "exchange", "desks")))


def _hand_out(term: Cycle) -> None:
    course, student = term.folder / "course", term.desk(STUDENTS[0])
    releasing = term.dojo("release", "nbgrader", "--output", str(term.teaching), cwd=course)
    edition = term.dojo("release", "student", str(term.teaching / "edition"), cwd=course)
    term.finish(releasing)
    config = term.teaching / "nbgrader_config.py"
    with config.open("a", encoding="utf-8") as file:
        file.write(SETTINGS.format(exchange=str(term.exchange)))
    term.run("generate_assignment", UNIT)
    term.run("release_assignment", UNIT)
    term.finish(edition)
    term.finish(term.dojo("init", str(student), cwd=term.teaching / "edition", who=STUDENTS[0]))
    shutil.copy(term.desk(STUDENTS[1]) / "nbgrader_config.py", student / "nbgrader_config.py")


def _take_and_hand_in(term: Cycle) -> None:
    first = term.desk(STUDENTS[0])
    term.run("fetch_assignment", UNIT, cwd=first, who=STUDENTS[0])
    shutil.copytree(first / UNIT, term.folder / "fetched")
    books = submissions(term.book("release"), term.book("source"))
    for student, book in books.items():
        path = term.desk(student) / UNIT / f"{UNIT}.ipynb"
        if student != STUDENTS[0]:
            shutil.copytree(first / UNIT, path.parent)
        path.write_text(json.dumps(book), encoding="utf-8")
        term.as_whom.own(path.parent)
        if student == STUDENTS[0]:
            _validate(term, path)
        term.run("submit", UNIT, f"--student={student}", cwd=term.desk(student), who=student)


def _validate(term: Cycle, path: Path) -> None:
    """With a warm server, as a student's own checks would leave one behind."""
    first = term.desk(STUDENTS[0])
    serving = term.dojo("serve", cwd=first, who=STUDENTS[0])
    try:
        assert serving.stdout is not None
        assert any(line.startswith("Warm.") for line in serving.stdout)
        term.run("validate", f"{UNIT}/{path.name}", cwd=first, who=STUDENTS[0])
    finally:
        serving.send_signal(signal.SIGINT)
        serving.communicate(timeout=60)


def _grade_and_give_back(term: Cycle) -> None:
    term.run("collect", UNIT)
    term.run("autograde", UNIT)
    term.run("generate_feedback", UNIT)
    term.run("release_feedback", UNIT)
    for student in STUDENTS:
        term.run("fetch_feedback", UNIT, cwd=term.desk(student), who=student)
    term.run("export", "--to", "grades.csv")
    term.run("export", "--exporter=dojo.nbgrader.export.PerExercise", "--to", "exercises.csv")
