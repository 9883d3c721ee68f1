"""The walls: each level is proven by trying, a missing wall is noticed, and commands insist on theirs."""

from __future__ import annotations

import argparse
import dataclasses
import importlib.util
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from small_course import RIGHT, build, handed_in

from dojo.channel import StudentError, WorkerEnded
from dojo.cli.doctor import advise
from dojo.cli.errors import UsageError
from dojo.cli.isolation import insist
from dojo.engine import Engine, KitFailure
from dojo.forkserver import ForkServer
from dojo.isolation import bubblewrap, places, start, users
from dojo.isolation.levels import LEVELS, Act, Proof, reaches
from dojo.isolation.probe import ACTS, prove
from dojo.seeds import Seed

ROOT = Path(__file__).parents[2]
CALL = {"what": "function", "inspect": False, "watch": False, "grad": False, "name": "f"}
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the walls are made of parts of Linux")


@pytest.fixture(scope="module")
def course() -> Iterator[Any]:
    with _open_folder() as folder:
        yield build(folder)


@contextmanager
def _open_folder() -> Iterator[Path]:
    """A folder that everybody may enter, as nobody may pytest's own: so it is our walls that keep out."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def _need(level: str, engine: Engine) -> None:
    if engine.isolation != level:
        pytest.skip(f"the level {level} cannot be had here: {advise(engine)}")


@pytest.mark.parametrize("level", LEVELS)
def test_a_level_that_is_asked_for_is_the_one_proven(course: Any, level: str) -> None:
    with Engine(course, lanes=2, isolation=level) as engine:
        _need(level, engine)
        record = engine.grade(handed_in(RIGHT), course.exercises, seed=Seed.numbered(1))
        assert (record.isolation, record.points) == (level, record.max_points)
        went = {act.name for act in engine.proof.acts if not act.refused}
        weaker = [name for lower in LEVELS if not reaches(level, lower) for name in ACTS[lower].split()]
        assert went.isdisjoint(name for name in _all_acts() if name not in weaker)


@pytest.mark.parametrize("level", LEVELS)
def test_packages_may_lie_in_a_folder_of_the_users_own(course: Any, tmp_path: Path, level: str) -> None:
    """As on hubs after `pip install --user`: torch lies elsewhere than in the folders of Python itself."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "env"], check=True)
    packages = next(path for path in sys.path if Path(path, "torch").is_dir())
    told = {"PYTHONPATH": os.pathsep.join([str(ROOT), packages]), "DOJO_WARM": "0"}
    words = ["check", "double", "--submission", "solutions", "--isolation", level, "--plain"]
    done = subprocess.run(
        [tmp_path / "env" / "bin" / "python", "-m", "dojo", *words],
        cwd=course.root,
        env={**os.environ, **told},
        capture_output=True,
        text=True,
    )
    if done.returncode == 2 and level in done.stderr:
        pytest.skip(f"the level {level} cannot be had here: {done.stderr}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"isolation {level}" in done.stdout


def _all_acts() -> list[str]:
    return [name for names in ACTS.values() for name in names.split()]


def test_without_walls_the_acts_go_through(course: Any) -> None:
    """Else the probe would prove nothing: each of its acts works where nothing forbids it."""
    server = ForkServer(isolation="process")
    proof = prove(server, course.root)
    server.close()
    went = {act.name for act in proof.acts if not act.refused}
    if proof.user == 0:  # anybody else may not trace, fork or map as freely even without our walls
        assert went >= set(ACTS["confined"].split()) | set(ACTS["sandbox"].split())
    assert went >= set("read_a_file list_a_folder write_a_file open_a_tcp_socket see_other_processes".split())
    assert proof.level == "process"


@pytest.mark.parametrize(
    ("missing", "act"),
    [
        ("_raise_landlock(readable, scratch)", "read_a_file"),
        ('_call("seccomp"', "open_a_udp_socket"),
    ],
)
def test_a_missing_wall_is_noticed(course: Any, copy: Path, missing: str, act: str) -> None:
    """Take one wall out of a copy of the worker's code: the proof names what went through."""
    (copy / "filters").symlink_to(ROOT / "dojo" / "worker" / "filters")
    text = (copy / "walls.py").read_text()
    kept = [line for line in text.splitlines() if not line.strip().startswith(missing)]
    assert len(kept) == len(text.splitlines()) - 1
    (copy / "walls.py").write_text("\n".join(kept))
    server = ForkServer(isolation="confined")
    proof = prove(server, course.root)
    server.close()
    assert proof.level == "process"
    assert act in {a.name for a in proof.went_through("confined")}


@pytest.fixture
def copy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the worker's modules without the filters, which is used in their place."""
    with _open_folder() as folder:
        for path in (ROOT / "dojo" / "worker").glob("*.py"):
            (folder / path.name).write_text(path.read_text())
        monkeypatch.setattr("dojo.forkserver.SERVER", folder / "server.py")
        yield folder


def test_walls_hold_for_every_worker_of_every_clone(course: Any) -> None:
    source = "import socket\ndef f():\n    socket.socket()\n"
    server = ForkServer(isolation="confined")
    twin = server.clone()
    for each in (server, twin, server):
        with each.worker(memory_mib=256, cpu_seconds=5) as worker:
            worker.load(source, "m", 5)
            with pytest.raises(StudentError, match="PermissionError"):
                worker.call(CALL, [], {}, 5)
    twin.close()
    server.close()


@pytest.mark.parametrize("level", LEVELS)
def test_scratch_is_there_and_capped(course: Any, level: str) -> None:
    source = (
        "import io, os, time\n"
        "def f(files, size):\n"
        "    for i in range(files):\n"
        "        io.open(f'{i}', 'wb').write(bytes(size))\n"
        "    time.sleep(1)\n"
        "    return len(os.listdir('.'))\n"
    )
    server = ForkServer(isolation=level)
    for files, size in ((200, 1), (10, 1 << 20)):
        with server.worker(memory_mib=256, cpu_seconds=5) as worker:
            worker.load(source, "m", 5)
            with pytest.raises(WorkerEnded, match="wrote more than 4 MiB or 64 files"):
                worker.call(CALL, [files, size], {}, 5)
    with server.worker(memory_mib=256, cpu_seconds=5) as worker:
        worker.load(source, "m", 5)
        assert worker.call(CALL, [3, 1000], {}, 5)["value"] == 3
    server.close()


def test_walls_that_sink_on_the_way_stop_the_grading(course: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with Engine(course, lanes=1, isolation="confined") as engine:
        _need("confined", engine)
        engine._wanted["isolation"] = "process"  # as if the system had taken the walls away meanwhile
        engine._drop_server()
        with pytest.raises(KitFailure, match="sank from confined to process"):
            engine.grade(handed_in(RIGHT), course.exercises, seed=Seed.numbered(1))


def test_the_committed_filters_are_those_of_the_script() -> None:
    if importlib.util.find_spec("pyseccomp") is None:
        pytest.skip("pyseccomp is missing, which compiles the filters")
    done = subprocess.run(
        [sys.executable, ROOT / "scripts/compile_filter.py", "--check"], capture_output=True, text=True
    )
    if "libseccomp" in done.stderr:
        pytest.skip("the system has no libseccomp")
    assert done.returncode == 0, done.stdout + done.stderr


# -- who runs it ----------------------------------------------------------------------------------------


def test_root_drops_to_another_user(course: Any) -> None:
    if not users.is_root() or bubblewrap.obstacle():
        pytest.skip("needs root, and bubblewrap to hide from other users where Python lies")
    with Engine(course, lanes=1) as engine:
        assert engine.proof.user == users.number_of("nobody")[0]  # type: ignore[index]


def test_an_unknown_user_is_not_pretended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users, "is_root", lambda: True)
    monkeypatch.setattr(users, "hidden_from_others", lambda: None)
    monkeypatch.setattr(users, "may_change_user", lambda: True)
    command = start.command(Path("server.py"), 5, "process", "nobody-of-that-name")
    assert "setpriv" not in command[0]
    assert start.command(Path("server.py"), 5, "process", "nobody")[0] == "setpriv"


def test_root_without_the_right_to_change_users_stays_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users, "is_root", lambda: True)
    monkeypatch.setattr(users, "hidden_from_others", lambda: None)
    monkeypatch.setattr(users, "may_change_user", lambda: False)
    assert "setpriv" not in start.command(Path("server.py"), 5, "process", "nobody")
    engine = _Engine(_proof("confined", 0))
    monkeypatch.setattr(bubblewrap, "obstacle", lambda: None)
    (advice,) = advise(engine)  # type: ignore[arg-type]
    assert advice.endswith("Start the container as another user.")


def _proof(level: str, user: int = 1000) -> Proof:
    acts = tuple(Act(lvl, lvl, reaches(level, lvl), "") for lvl in LEVELS)
    return Proof(level, acts, user)


class _Engine:
    no_walls: str | None = None

    def __init__(self, proof: Proof) -> None:
        self.proof = proof


def _arguments(**given: Any) -> argparse.Namespace:
    return argparse.Namespace(
        **{"isolation": None, "key_file": None, "as_root": False, "run_as": None} | given
    )


@pytest.mark.parametrize(
    ("given", "proof", "words"),
    [
        ({}, _proof("process", 0), None),
        ({"isolation": "sandbox"}, _proof("confined"), "only confined could be proven"),
        ({"isolation": "confined"}, _proof("sandbox"), None),
        ({"key_file": "k"}, _proof("process"), "Official grading needs the level confined"),
        ({"key_file": "k"}, _proof("confined"), None),
        ({"key_file": "k", "isolation": "process"}, _proof("process"), None),
        ({"key_file": "k"}, _proof("sandbox", 0), "does not run answers as root"),
        ({"key_file": "k", "as_root": True}, _proof("sandbox", 0), None),
    ],
)
def test_commands_insist(given: dict[str, Any], proof: Proof, words: str | None) -> None:
    if words is None:
        insist(_arguments(**given), _Engine(proof))
    else:
        with pytest.raises(UsageError, match=words):
            insist(_arguments(**given), _Engine(proof))


# -- what is missing ------------------------------------------------------------------------------------


def test_missing_bubblewrap_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bubblewrap.shutil, "which", lambda name: None)
    obstacle = bubblewrap.obstacle.__wrapped__()
    assert obstacle == "The program bwrap is missing: install the package bubblewrap."
    engine = _Engine(_proof("confined"))
    monkeypatch.setattr(bubblewrap, "obstacle", lambda: obstacle)
    assert advise(engine) == [obstacle]  # type: ignore[arg-type]


def test_forbidden_bubblewrap_is_explained(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setattr(bubblewrap.shutil, "which", lambda name: str(fake))
    obstacle = bubblewrap.obstacle.__wrapped__()
    assert obstacle.startswith(
        "bwrap is there but may not work (bwrap: setting up uid map: Permission denied)"
    )
    assert "sysctl" in obstacle or "user namespaces" in obstacle


def test_missing_walls_and_root_are_explained() -> None:
    engine = _Engine(dataclasses.replace(_proof("process"), user=0))
    engine.no_walls = "this kernel has no Landlock"
    advice = advise(engine)  # type: ignore[arg-type]
    assert "Landlock and seccomp: this kernel has no Landlock" in advice[0] and "You are root" in advice[1]


def test_a_machine_without_bubblewrap_is_confined(course: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bubblewrap, "obstacle", lambda: "gone")
    with Engine(course, lanes=1) as engine:
        _need("confined", engine)


def test_a_machine_without_walls_is_a_process_and_says_why(
    course: Any, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bubblewrap, "obstacle", lambda: "gone")
    # The copy has no filters, as on an architecture for which there are none.
    with Engine(course, lanes=1) as engine:
        assert engine.isolation == "process"
        assert "there is no filter of system calls for" in advise(engine)[0]


def test_nothing_readable_holds_the_course() -> None:
    assert not [path for path in places.readable() if ROOT.is_relative_to(path)]
