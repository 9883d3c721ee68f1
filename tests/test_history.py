"""The history loses nothing that was written, whatever happens to its last line, and reads around damage."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dojo.history import History
from dojo.verdict import ExerciseResult, Verdict

WRITER = """
import sys
from pathlib import Path
from dojo.history import History
from dojo.verdict import ExerciseResult, Verdict
history = History(Path(sys.argv[1]))
for i in range(int(sys.argv[2])):
    result = ExerciseResult(f"{sys.argv[3]}{i}", "u", Verdict.FAILED, 0, 1, "no", hints=["h" * 2000] * 3)
    history.add_attempt(result, "sha256:00", sync=False)
"""


def attempt(name: str = "one", verdict: Verdict = Verdict.FAILED, slip: str | None = None) -> ExerciseResult:
    hints = ["look", "ask", "rule"] if slip else []
    return ExerciseResult(name, "u", verdict, 0, 1, "message", misconception=slip, hints=hints)


def test_the_last_attempt_counts(tmp_path: Path) -> None:
    history = History(tmp_path)
    assert history.read().state("one") == "not_started"
    history.add_attempt(attempt(slip="forgot"), "sha256:1")
    past = history.read()
    assert past.state("one") == "tried"
    assert past.last["one"].misconception == "forgot"
    assert past.last["one"].hints == ["look", "ask", "rule"]
    assert past.latest is not None and past.latest.digest == "sha256:1"
    history.add_attempt(attempt(verdict=Verdict.PASSED), "sha256:2")
    assert history.read().passed == {"one"}
    history.add_attempt(attempt(verdict=Verdict.FAILED), "sha256:3")
    assert history.read().passed == set()
    assert history.read().counts == {"one": 3}


def test_our_own_faults_change_no_state(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.add_attempt(attempt(verdict=Verdict.PASSED), "sha256:1")
    history.add_attempt(attempt(verdict=Verdict.KIT_ERROR), "sha256:1")
    assert history.read().state("one") == "passed"


def test_hints_are_counted_for_each_slip_by_itself(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.add_hint("one", None, 1)
    history.add_hint("one", None, 2)
    history.add_hint("one", "forgot", 1)
    assert history.read().hints == {("one", ""): 2, ("one", "forgot"): 1}


def test_one_event_is_one_write_and_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writes: list[bytes] = []
    real = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: (writes.append(data), real(handle, data))[1])
    History(tmp_path).add_attempt(attempt("na\nme"), "sha256:1")
    assert len(writes) == 1
    assert writes[0].count(b"\n") == 1 and writes[0].endswith(b"\n")
    assert json.loads(writes[0])["exercise"] == "na\nme"


@pytest.mark.parametrize("torn", [b'{"event": "atte', b"\xff\xfe\x00", b"{", b"   ", b'"'])
def test_a_torn_last_line_is_ignored_and_healed(tmp_path: Path, torn: bytes) -> None:
    history = History(tmp_path)
    history.add_attempt(attempt("one"), "sha256:1")
    with history.path.open("ab") as file:
        file.write(torn)
    before = history.path.read_bytes()
    assert set(history.read().last) == {"one"}
    history.add_attempt(attempt("two"), "sha256:2")
    assert set(history.read().last) == {"one", "two"}
    assert history.path.read_bytes().startswith(before + b"\n"), "what was there stays, the torn line too"


@pytest.mark.parametrize(
    "line",
    [
        b"<<<<<<< HEAD",
        b"\xff\xfe\xfd",
        b"null",
        b"[1, 2]",
        b'{"event": "attempt"}',
        b'{"event": "attempt", "exercise": 3, "verdict": "passed"}',
        b'{"event": "attempt", "exercise": "one", "verdict": ["passed"]}',
        b'{"event": "hint", "exercise": "one", "tier": "many"}',
        b'{"event": "from a later version", "exercise": "one"}',
        b"[" * 100_000,
        b"1" * 10_000,
    ],
)
def test_foreign_lines_are_skipped(tmp_path: Path, line: bytes) -> None:
    history = History(tmp_path)
    history.add_attempt(attempt("one", Verdict.PASSED), "sha256:1")
    with history.path.open("ab") as file:
        file.write(line + b"\n")
    history.add_attempt(attempt("two", Verdict.PASSED), "sha256:1")
    assert history.read().passed == {"one", "two"}


def test_a_full_disk_is_an_error_and_the_next_line_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = History(tmp_path)
    real = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda handle, data: real(handle, data[:10]))
        with pytest.raises(OSError):
            history.add_attempt(attempt("one"), "sha256:1")
    history.add_attempt(attempt("two"), "sha256:1")
    assert set(history.read().last) == {"two"}


def write(folder: Path, count: int, prefix: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", WRITER, str(folder), str(count), prefix])


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")
def test_a_kill_at_any_moment_leaves_whole_lines(tmp_path: Path) -> None:
    history = History(tmp_path)
    seen: set[str] = set()
    for round_ in range(4):
        writer = write(tmp_path, 10**9, f"r{round_}_")
        deadline = time.monotonic() + 30
        while f"r{round_}_20" not in history.read().last and time.monotonic() < deadline:
            time.sleep(0.005)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        before = history.path.read_bytes()
        names = set(history.read().last)
        assert seen < names, "nothing that an earlier run wrote is gone"
        seen = names
        lines = before.split(b"\n")
        assert len(lines) - len(names) <= round_ + 2, "each kill tears one line at most"
    history.add_attempt(attempt("after"), "sha256:1")
    assert history.path.read_bytes().startswith(before)
    assert set(history.read().last) == seen | {"after"}


def test_two_terminals_at_once_do_not_mix_their_lines(tmp_path: Path) -> None:
    writers = [write(tmp_path, 150, prefix) for prefix in ("a", "b")]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    assert len(History(tmp_path).read().last) == 300
