"""One course and one `nbgrader autograde` over a whole class, hostile students included, for all tests.

It takes a while, so the first of xdist's workers does it and the others take a copy.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from class_runs import ODD_NAMES, Run

if TYPE_CHECKING:
    from classroom import Classroom

WITHOUT = importlib.util.find_spec("nbgrader") is None

PLACES = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
WITH_FEEDBACK = ("zzz", "edited_check", "live_pages", "long_notes")


class Skipped(pytest.Module):
    """In the place of a module that could not even be imported."""

    def collect(self) -> Any:
        pytest.skip("nbgrader is not installed: pip install backprop-dojo[nbgrader]", allow_module_level=True)


def pytest_pycollect_makemodule(module_path: Path, parent: Any) -> Any:
    return Skipped.from_parent(parent, path=module_path) if WITHOUT else None


@pytest.fixture(scope="session")
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Jupyter's folders, away from those of whoever runs the tests."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in PLACES:
            patch.setenv(name, str(home / name))
        patch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))
        yield home


@pytest.fixture(scope="session")
def classroom(own_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Classroom]:
    """The course as the class run has left it."""
    from classroom import Classroom

    from dojo.nbgrader import grading

    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" not in os.environ:
        made = _class_run(base / "class")
    else:
        import fcntl

        with (base.parent / "class.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            made = shutil.copytree(_class_run(base.parent / "class"), base / "class")
    room = Classroom(made)
    room.config.Checks.isolation = json.loads((made / "run.json").read_text())["isolation"]
    yield room
    grading.close()


@pytest.fixture(scope="session")
def run(classroom: Classroom) -> Run:
    """How everybody was graded, in one go, in the order of their names."""
    return Run(**json.loads((classroom.course.root / "run.json").read_text(encoding="utf-8")))


def _class_run(folder: Path) -> Path:
    """Release a course, hand in, grade, give feedback; `folder` again, at once where that was done."""
    from classroom import RIGHT, UNIT, Classroom, answered
    from hostile import CASES, made

    from dojo.nbgrader import grading

    if (folder / "run.json").exists():
        return folder
    room = Classroom(folder)
    for unit in room.course.units:
        generated = room.api().generate_assignment(unit.id)
        assert generated["success"], generated
    for name in CASES:
        room.hand_in(name, made(name, room.book()))
    for name in ("aaa", "zzz", *ODD_NAMES):
        room.hand_in(name, answered(room.book(), RIGHT))
    result = room.api().autograde(UNIT, "*")
    if "is needed, and only" in result["log"]:
        room.config.Checks.isolation = "process"
        result = room.api().autograde(UNIT, "*")
    grading.close()
    feedback = [room.api().generate_feedback(UNIT, name)["success"] for name in WITH_FEEDBACK]
    run = Run(result["log"], result["success"], all(feedback), room.config.Checks.get("isolation", ""))
    (folder / "run.json").write_text(json.dumps(vars(run)), encoding="utf-8")
    return folder
