"""Attacks on verdicts, secrets and model answers that take more than one submission to be seen."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from suite import ATTACKS, TAG, _left_files, attacks, let_loose, strings
from victim import MODULES, Victim, hand_in

from dojo.engine import Engine
from dojo.forkserver import ForkServer
from dojo.seeds import Seed
from dojo.submission import Submission, take
from dojo.verdict import Record

ROOT = Path(__file__).parents[2]
PLANTED = ("v11_conftest", "v12_ini_files", "v13_dist_info", "v14_sitecustomize", "v15_shadow_modules")


def _graded(engine: Engine, text: str, seed: Seed) -> Record:
    submission = Submission("somebody", Path(), {"u/m.py": text.encode()}, "sha256:0", [])
    return engine.grade(submission, [engine.course.exercise("cube_backward")], seed=seed)


def _attack(name: str) -> str:
    (path,) = ATTACKS.glob(f"*/{name}.py")
    return path.read_text()


# -- planted files (V11 to V15) ------------------------------------------------------------------------------


def _plant(victim: Victim, folder: Path) -> Path:
    """Everything that the attacks with planted files bring, in one folder, beside a right answer."""
    for name in PLANTED:
        shutil.copytree(
            hand_in(victim, "planted", ATTACKS / "verdict" / name, {"TAG": TAG}), folder, dirs_exist_ok=True
        )
    (folder / "u" / "m.py").write_text(MODULES["m"])
    return folder


def test_planted_files_change_nothing(arena: Any, tmp_path: Path) -> None:
    """A right answer among them gets the very result that it gets without them; the student is told."""
    engine, victim, _ = arena("rules", None)
    honest = take(hand_in(victim, "honest", None, {}), victim.course)
    planted = take(_plant(victim, tmp_path / "planted"), victim.course)
    records = [
        engine.grade(submission, victim.course.exercises, seed=Seed.numbered(1))
        for submission in (honest, planted)
    ]
    plain = [[replace(result, duration_s=0.0) for result in record.exercises] for record in records]
    assert plain[0] == plain[1] and records[0].digest == records[1].digest
    for name in ("conftest.py", "json.py", "u/conftest.py"):
        assert f"{name} was ignored: it is not part of the course." in records[1].notices
    assert not _left_files()


def test_the_command_runs_nothing_of_the_folder_it_stands_in(arena: Any) -> None:
    """`python -m dojo` in a submission's folder: Python puts that folder first on the path."""
    _, victim, _ = arena("rules", None)
    folder = _plant(victim, victim.course.root / "handed_in")
    for shadow in folder.rglob("dojo.py"):
        shadow.unlink()  # `-m dojo` itself would find it: that is up to whoever types it
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DOJO_WARM": "0"}
    command = [
        sys.executable,
        "-m",
        "dojo",
        "grade",
        "--plain",
        "--submission",
        ".",
        "--isolation",
        "process",
    ]
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120
        )
    finally:
        shutil.rmtree(folder)
    assert not _left_files()
    assert done.returncode == 0 and "4 of 4" in done.stdout, done.stdout + done.stderr


def test_variables_of_python_do_not_reach_the_fork_server(
    arena: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It runs isolated, with names of its own choosing: PYTHONPATH leads it to no sitecustomize."""
    _, victim, _ = arena("rules", None)
    folder = hand_in(victim, "planted", ATTACKS / "verdict" / "v14_sitecustomize", {"TAG": TAG})
    for name in ("PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE"):
        monkeypatch.setenv(name, str(folder))
    server = ForkServer()
    server.ready()
    server.close()
    assert not _left_files()


# -- secrets (D4 to D11) -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("allow_list_off")
def test_no_line_of_a_grader_is_in_a_record(arena: Any) -> None:
    """However an answer fails, nothing that the graders' files say comes back."""
    engine, victim, baseline = arena("walls", None)
    files = [*victim.course.root.glob("graders/*/*.py"), *victim.course.root.glob("solutions/*/*.py")]
    lines = {line.strip() for path in files for line in path.read_text().splitlines()}
    handed_out = {
        line.strip() for text in MODULES.values() for line in text.splitlines() if "return" not in line
    }
    private = {line for line in lines - handed_out if len(line) > 8}
    assert "return x**3" in private and "return 3 * x**2 * dy" in private
    for attack in attacks():
        if attack.name.startswith(("d02", "d04", "v21", "v25_hooks")):
            after = let_loose(attack, engine, victim, baseline)
            text = "\n".join(strings(after.record.to_json()))
            assert not [line for line in private if line in text], attack.name


_SURROUNDINGS = """
import hashlib, os, re, sys, threading

def cube_backward(x, dy):
    seen = [sorted(os.environ.items()), sys.argv[:1], sys.flags, sorted(sys.modules), os.listdir(".")]
    seen += [os.cpu_count(), re.sub("[-0-9a-z_]*$", "", os.getcwd()), os.getuid(), sys.path]
    seen.append(threading.active_count())
    for part in seen:
        print(hashlib.sha256(repr(part).encode()).hexdigest()[:12])
    return x * 0
"""


@pytest.mark.usefixtures("allow_list_off")
def test_official_grading_looks_like_a_self_check(arena: Any) -> None:
    """Nothing that an answer can see tells it which of the two is on, so it cannot behave for one only."""
    engine, _, _ = arena("walls", None)
    seeds = (Seed.public("attacked"), Seed.secret(b"official"))
    outputs = [_graded(engine, _SURROUNDINGS, seed).exercises[0].output for seed in seeds]
    assert outputs[0] == outputs[1] and outputs[0].count("\n") >= 9


def test_official_inputs_are_not_known_beforehand(arena: Any) -> None:
    """What a self-check shows is no help in official grading, nor is one key's grading for another's."""
    engine, _, _ = arena("rules", None)
    prints = _attack("d05_prints_inputs")
    seeds = (Seed.public("attacked"), Seed.secret(b"this year"), Seed.secret(b"last year"))
    first = [_graded(engine, prints, seed).exercises[0].output for seed in seeds]
    again = [_graded(engine, prints, seed).exercises[0].output for seed in seeds]
    assert first == again and all(first) and len(set(first)) == 3
    assert b"this year".hex() not in seeds[1].id and "this year" not in seeds[1].id


@pytest.mark.usefixtures("allow_list_off")
def test_times_are_rounded(arena: Any) -> None:
    """A time in a record tells milliseconds, not what a comparison took."""
    engine, _, _ = arena("walls", None)
    result = _graded(engine, _attack("d11_timing_channel"), Seed.numbered(1)).exercises[0]
    assert result.duration_s == round(result.duration_s, 3)


def test_grading_leaves_no_caches_in_the_course(arena: Any) -> None:
    """No database of examples and no version control of ours: what is released later is what was there."""
    _, victim, _ = arena("rules", None)
    names = {path.name for path in victim.root.rglob("*")}
    assert not names & {".hypothesis", ".pytest_cache", ".git", ".ruff_cache", ".mypy_cache"}


def test_no_hashes_of_answers_are_handed_out() -> None:
    """Short answers would be found by trying them all."""
    for path in [ROOT / "course.toml", *ROOT.glob("exercises/**/*.py")]:
        found = re.search(r"(?<!\.)\b[0-9a-f]{16,}\b", path.read_text(encoding="utf-8"))  # but no decimals
        assert not found, path
