"""What it costs to grade notebooks: the kit under nbgrader, beside nbgrader's own way with the same checks.

Costs are CPU seconds of a command and of all that it has started and waited for, so that other work on the
machine disturbs them little. Needs nbgrader; takes about ten minutes, nearly all of it in kernels.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import ROOT, Figure, dojo, seconds

UNIT = "u05_backprop_ninja"
IN_A_ROW = 20

_STOCK = """\
c = get_config()
c.CourseDirectory.course_id = "stock"
c.CourseDirectory.root = {root!r}
c.Execute.timeout = 300
c.Execute.iopub_timeout = 60
c.Execute.startup_timeout = 180
"""
# The most frugal way to run the checks in a kernel: one engine for all of them.
_ONE_ENGINE = """\
import sys
sys.path.insert(0, {root!r})
from pathlib import Path
from dojo.course import load
from dojo.engine import Engine
from dojo.seeds import Seed
from dojo.submission import take

engine = Engine(load(Path({root!r})))
submission = take(Path({notebook!r}), engine.course)

def check(name):
    chosen = [engine.course.exercise(name)]
    return float(engine.grade(submission, chosen, seed=Seed.public(engine.course.key)).points)"""


def cpu_seconds(command: list[str], folder: Path) -> float:
    """CPU seconds of a command that has to succeed, run in `folder` with nothing warm."""
    there = {"DOJO_WARM": "0", "DOJO_COURSE": str(ROOT), "PYTHONPATH": str(ROOT)}
    there |= {
        name: str(folder / ".jupyter") for name in ("JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR")
    }
    there["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=folder, env={**os.environ, **there}, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def grading() -> list[Figure]:
    """CPU seconds of `nbgrader autograde` by nbgrader's own way, over the kit's, on the same notebook."""
    with tempfile.TemporaryDirectory() as name:
        kit, stock, frugal = (Path(name) / part for part in ("kit", "stock", "frugal"))
        _course(kit)
        ours = autograde(kit, 1)
        ours_in_a_row = autograde(kit, IN_A_ROW)
        for folder in (stock, frugal):
            shutil.copytree(kit / "source", folder / "source")
            (folder / "nbgrader_config.py").write_text(_STOCK.format(root=str(folder)), encoding="utf-8")
        _keep_one_engine(frugal)
        theirs, start = autograde(stock, 1), _nbgrader(stock, "autograde", UNIT)  # which is graded already
        least = autograde(frugal, 1)
    theirs_in_a_row = start + IN_A_ROW * (theirs - start)  # each has a kernel of its own, so they add up
    one, row = theirs / ours, theirs_in_a_row / ours_in_a_row
    return [
        Figure(
            "autograde one notebook: check cells in a kernel, over the kit", f"{one:.1f} x", "10 x", one >= 10
        ),
        Figure(f"... {IN_A_ROW} notebooks in a row", f"{row:.1f} x", "20 x", row >= 20),
        Figure("... one notebook, and its kernel keeps one engine", f"{least / ours:.1f} x", "", None),
        Figure(f"... by the kit, each of {IN_A_ROW}", f"{ours_in_a_row / IN_A_ROW:.1f} s of CPU", "", None),
    ]


def release() -> list[Figure]:
    """Wall seconds of `dojo release nbgrader` for all units."""
    with tempfile.TemporaryDirectory() as name:
        took = seconds(dojo("release", "nbgrader", "--output", f"{name}/course"))
    return [Figure("dojo release nbgrader, all units", f"{took:.1f} s", "20 s", took < 20)]


def autograde(folder: Path, students: int) -> float:
    """CPU seconds of grading that many right notebooks in one command, after the assignment was generated."""
    shutil.rmtree(folder / "autograded", ignore_errors=True)
    shutil.rmtree(folder / "submitted", ignore_errors=True)
    for number in range(students):
        there = folder / "submitted" / f"student{number:02}" / UNIT
        shutil.copytree(folder / "source" / UNIT, there)
    _nbgrader(folder, "generate_assignment", UNIT, "--force")
    return _nbgrader(folder, "autograde", UNIT)


def _course(folder: Path) -> None:
    cpu_seconds(dojo("release", "nbgrader", UNIT, "--output", str(folder)), ROOT)


def _keep_one_engine(folder: Path) -> None:
    """Change the notebook so that its check cells share one engine in the kernel."""
    path = folder / "source" / UNIT / f"{UNIT}.ipynb"
    book = json.loads(path.read_text(encoding="utf-8"))
    cell = next(cell for cell in book["cells"] if cell["id"] == "setup")
    cell["source"] = _ONE_ENGINE.format(root=str(ROOT), notebook=str(path))
    path.write_text(json.dumps(book), encoding="utf-8")


def _nbgrader(folder: Path, *words: str) -> float:
    program = str(Path(sys.executable).parent / "nbgrader")
    return cpu_seconds([program, *words], folder)
