"""The warm server: the same answers, and gone when it should be."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from museum import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a warm server is a fork, safe on Linux only")

ANSWERS = ROOT / "tests" / "submissions"


@pytest.fixture
def runtime() -> Iterator[dict[str, str]]:
    """An environment whose warm servers live in a folder of this test; they are ended afterwards.

    Not tmp_path: the path of a socket has to be short.
    """
    with tempfile.TemporaryDirectory(prefix="dojo-test-") as folder:
        environment = {**os.environ, "XDG_RUNTIME_DIR": folder, "DOJO_WARM": "1", "COLUMNS": "80"}
        environment.pop("CI", None)
        yield environment
        # A server notices within seconds that nobody can reach it, and ends.


def _check(environment: dict[str, str], submission: str, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dojo", "check", "backward_h", "--submission", str(ANSWERS / submission)]
    return subprocess.run(
        [*command, *more], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def _sockets(environment: dict[str, str]) -> list[Path]:
    return list(Path(environment["XDG_RUNTIME_DIR"]).glob("dojo-*/*.sock"))


def _without_time(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if " s ─╯" not in line)


def test_warm_answers_are_the_cold_ones(runtime: dict[str, str]) -> None:
    cold = {name: _check({**runtime, "DOJO_WARM": "0"}, name) for name in ("realistic", "untouched")}
    assert not _sockets(runtime)
    _check(runtime, "model_answers")
    assert len(_sockets(runtime)) == 1
    for name, expected in cold.items():
        started = time.monotonic()
        warm = _check(runtime, name)
        taken = time.monotonic() - started
        assert warm.returncode == expected.returncode
        assert _without_time(warm.stdout) == _without_time(expected.stdout)
        assert taken < 30
    assert _check(runtime, "model_answers").returncode == 0
    assert _check(runtime, "nowhere").returncode == 2


def test_stale_server_is_not_used(runtime: dict[str, str]) -> None:
    _check(runtime, "model_answers")
    assert len(_sockets(runtime)) == 1
    grader = ROOT / "graders" / "conftest.py"
    before = grader.stat()
    os.utime(grader, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    try:
        assert _check(runtime, "model_answers").returncode == 0
        # The cold run that followed left a server of its own, which knows the new state.
        assert _check(runtime, "model_answers").returncode == 0
    finally:
        os.utime(grader, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_serve_ends_with_ctrl_c(runtime: dict[str, str]) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "dojo", "serve"], cwd=ROOT, env=runtime, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        lines = [server.stdout.readline(), server.stdout.readline()]
        assert "Warm." in lines[1], lines
        assert _check(runtime, "model_answers").returncode == 0
        server.send_signal(signal.SIGINT)
        assert server.wait(20) == 0
    assert not _sockets(runtime)


def test_long_runtime_folder_falls_back(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from dojo.warm import socket_path

    long = tmp_path / ("x" * 100)
    long.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(long))
    path = socket_path(ROOT)
    assert path is not None and not path.is_relative_to(long) and len(str(path)) <= 100
