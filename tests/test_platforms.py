"""The commands on macOS and Windows, as far as Linux can pretend to be one of them (see pretend.py)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "engine"))
from small_course import RIGHT, SOLUTION, build

pytest.importorskip("psutil")

ROOT = Path(__file__).parent.parent
PRETEND = ROOT / "tests" / "pretend.py"
PLATFORMS = ("darwin", "win32")

RUN = """
import contextlib, io, json, sys
from dojo.cli.main import main
said = []
for argv in json.loads(sys.argv[1]):
    out, complaints = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(complaints):
        code = main(argv)
    said.append([code, out.getvalue(), complaints.getvalue()])
print(json.dumps(said))
"""

IMPORT_ALL = """
import importlib, json, os, pkgutil, sys
import dojo
sys.path.insert(0, os.path.join(os.path.dirname(dojo.__file__), "worker"))
broken = {}
for found in pkgutil.walk_packages(dojo.__path__, "dojo."):
    name = found.name
    if name.endswith((".__main__", ".probe_submission")):
        continue
    if name.startswith("dojo.worker."):
        name = name.rpartition(".")[2]  # it runs from its own folder
    sys.argv[1:] = ["0", "[]", "[]"] if name == "server" else []
    try:
        importlib.import_module(name)
    except Exception as error:
        # nbgrader is an extra, and one of its packages asks for the registry of Windows.
        of_nbgrader = getattr(error, "name", "") in ("nbgrader", "_winreg")
        if not (name.startswith("dojo.nbgrader.") and of_nbgrader):
            broken[name] = repr(error)
print(json.dumps([broken, sys.platform, hasattr(os, "setsid")]))
"""


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course with a right answer to `double` and a wrong one to `cube_backward`."""
    root = tmp_path / "course"
    build(root)
    answers = root / "exercises" / "u" / "m.py"
    answers.parent.mkdir(parents=True)
    answers.write_text(RIGHT.replace("3 * x**2 * dy", "x**2 * dy"))
    return root


def _pretend(platform: str, what: str, program: str, folder: Path, *arguments: str) -> object:
    script = folder / "program.py"
    script.write_text(program)
    done = subprocess.run(
        [sys.executable, str(PRETEND), platform, what, str(script), *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def _commands(platform: str, what: str, course: Path, *commands: str) -> list[tuple[int, str, str]]:
    said = _pretend(platform, what, RUN, course, json.dumps([command.split() for command in commands]))
    assert isinstance(said, list)
    return [(code, out, complaints) for code, out, complaints in said]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_module_can_be_imported(platform: str, tmp_path: Path) -> None:
    broken, pretended, whole = _pretend(platform, "grading", IMPORT_ALL, tmp_path)  # type: ignore[misc]
    assert (broken, pretended, whole) == ({}, platform, platform == "darwin")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_quick_commands(platform: str, course: Path) -> None:
    asked = ("--plain", "list --plain", "show double --plain", "hint double --plain", "reset double", "serve")
    overview, table, statement, hint, reset, serve = _commands(platform, "quick", course, *asked)
    assert [code for code, _, _ in (overview, table, statement, hint, reset)] == [0] * 5, (overview, reset)
    assert "cube_backward" in table[1] and "Twice" in statement[1]
    assert "is a stub again" in reset[1]
    assert "return 2 * x" not in (course / "exercises" / "u" / "m.py").read_text()
    (copy,) = (course / "exercises" / "u").glob("*.bak")
    assert "return 2 * x" in copy.read_text()
    assert _history(course) == ["hint double -"]
    assert serve[0] == 2 and "needs Linux" in serve[2]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_wrong_answer(platform: str, course: Path) -> None:
    asked = ("check cube_backward --plain --json result.json", "hint cube_backward --plain")
    wrong, hint = _commands(platform, "grading", course, *asked)
    assert wrong[0] == 1 and "wrong numbers" in wrong[1], wrong
    (result,) = json.loads((course / "result.json").read_text())["exercises"]
    assert (result["verdict"], result["misconception"]) == ("failed", "forgot_the_factor")
    assert json.loads((course / "result.json").read_text())["isolation"] == "process"
    assert hint[0] == 0
    assert _history(course) == ["attempt cube_backward failed", "hint cube_backward -"]


def test_a_right_answer(course: Path) -> None:
    (code, out, complaints), doctor = _commands(
        "win32", "grading", course, "check double --plain", "doctor --plain"
    )
    assert (code, complaints) == (0, ""), out
    assert doctor[0] == 1 and "need Linux" in doctor[1], doctor  # no official grading without walls
    assert _history(course) == ["attempt double passed"]


def _history(course: Path) -> list[str]:
    lines = (course / ".dojo" / "history.jsonl").read_text().splitlines()
    return [f"{e['event']} {e['exercise']} {e.get('verdict', '-')}" for e in map(json.loads, lines)]


def test_stubs_of_the_course_come_from_its_solutions(course: Path) -> None:
    (course / "solutions" / "u" / "m.py").write_text(SOLUTION)
    ((code, out, complaints),) = _commands("win32", "quick", course, "stubs")
    assert code == 0, (out, complaints)
