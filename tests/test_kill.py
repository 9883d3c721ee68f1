"""Killed at any moment: nothing that was graded is lost, doubled or changed, and nothing is left behind.

A kill is SIGKILL, which no program can see coming. What had been started goes by itself.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import terminal_course as made_up

from dojo.history import History
from dojo.records import LOCK
from dojo.verdict import UNFINISHED

TESTS = Path(__file__).parent
sys.path.insert(0, str(TESTS / "redteam"))
from victim import MODULES, build  # noqa: E402

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs kill -9")

ENVIRONMENT = os.environ | {"PYTHONPATH": str(TESTS.parent), "DOJO_WARM": "0"}
PR_SET_CHILD_SUBREAPER = 36
KILLS = {"starting": 13, "grading": 12, "writing": 5}
SAMPLED_KILLS = {"starting": 2, "grading": 2, "writing": 1}  # of --sample
CLASS = 50
SECONDS = 240.0  # until something that must happen has to have happened, on a busy machine


def test_a_class_that_is_killed_thirty_times(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    kills = SAMPLED_KILLS if request.config.getoption("--sample") else KILLS
    folder = course_of(tmp_path)
    whole = Run(folder, tmp_path / "whole")
    began = time.monotonic()
    whole.has(1)
    start = time.monotonic() - began  # seconds from nothing to the first record
    whole.wait()
    each = (time.monotonic() - began - start) / (CLASS - 1)
    assert len(whole.records()) == CLASS

    lots = random.Random(8)
    moments = [kind for kind, count in kills.items() for _ in range(count)]
    lots.shuffle(moments)
    seen: dict[str, bytes] = {}
    ours: set[int] = set()
    with orphans_come_to_us() as left:
        for kind in moments:
            run = Run(folder, tmp_path / "killed", "--json", str(tmp_path / "all.json"))
            if kind == "starting" or len(seen) > CLASS - 4:  # there has to be something left to do
                run.go_on(lots.uniform(0.02, start))
            else:
                run.has(len(seen) + 1)
                if kind == "writing":
                    run.has(len(seen) + 2, or_unfinished=True)
                else:
                    run.go_on(lots.uniform(0.0, each))
            ours |= run.kill()
            now = run.records()
            assert now.items() >= seen.items(), "what was on the disk stays as it is"
            assert not (tmp_path / "all.json").exists()
            seen = now
        assert len(seen) < CLASS, "there was always something to do"
        last = Run(folder, tmp_path / "killed", "--json", str(tmp_path / "all.json"))
        ours |= last.family()
        assert f"{len(seen)} of {CLASS} taken from earlier records" in last.wait()
        until(lambda: not left())

    after = last.records()
    assert after.items() >= seen.items()
    assert {name: timeless(text) for name, text in after.items()} == {
        name: timeless(text) for name, text in whole.records().items()
    }
    assert sorted(os.listdir(last.folder)) == sorted([*after, LOCK]), "nothing half-written is left"
    together = json.loads((tmp_path / "all.json").read_bytes())["submissions"]
    assert together == [json.loads(after[name]) for name in sorted(after)]
    assert verdicts(together) == {
        "passed", "failed", "error", "timeout", "memory", "crashed", "forbidden", "not_started"
    }  # fmt: skip
    assert not scratch(ours)


def test_the_helpers_of_a_killed_grading_end_by_themselves(tmp_path: Path) -> None:
    """From four exercises on there is a grader on each core, each with a fork server and its workers."""
    folder = course_of(tmp_path)
    with orphans_come_to_us() as left:
        run = Run(folder, tmp_path / "records", "--isolation", "process", exercises=())
        run.has(2)
        first = run.kill()
        assert len(first) > 2 or not sys.platform.startswith("linux")
        until(lambda: not left())
        again = Run(folder, tmp_path / "more records", "--isolation", "process", exercises=("double",))
        again.has(1)
        assert not scratch(first)
        again.kill()
        until(lambda: not left())


# -- at an exact moment

PROGRAM = """
import os, signal, sys
sys.path.insert(0, sys.argv.pop(1))
import terminal_course
from dojo.verdict import Verdict
terminal_course.install().verdicts.update(backward_sum=Verdict.PASSED, backward_mean=Verdict.FAILED)
name, when = sys.argv.pop(1), int(sys.argv.pop(1))
real, calls = getattr(os, name), 0

def call(*arguments, **options):
    global calls
    calls += 1
    if calls == when:
        if name == "write":
            real(arguments[0], arguments[1][:20])
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*arguments, **options)

setattr(os, name, call)
from dojo.cli.main import run
run()
"""
GRADE = ("grade", "--submission", "class", "--records", "records", "--json", "all.json")


def program(course: Path, moment: str, call: int, *words: str) -> subprocess.CompletedProcess[str]:
    """A command with a make-believe engine that kills itself at a call of `os.<moment>`: the 1st, 2nd, ..."""
    command = [sys.executable, "-c", PROGRAM, str(TESTS), moment, str(call), *words]
    options = {"capture_output": True, "text": True, "encoding": "utf-8", "timeout": SECONDS}
    return subprocess.run(command, cwd=course, env=ENVIRONMENT, check=False, **options)


@pytest.mark.parametrize(
    ("moment", "call", "finished"),
    [
        ("fdopen", 2, 1),  # the file for the second record is there, and empty
        ("fsync", 2, 1),  # its text is written
        ("replace", 1, 0),  # it only has to get its name
        ("replace", 3, 2),
        ("replace", 4, 3),  # the same for the result of the whole class
    ],
)
def test_killed_between_writing_and_renaming(tmp_path: Path, moment: str, call: int, finished: int) -> None:
    made_up.make(tmp_path)
    for name in ("ann", "ben", "eve"):
        (tmp_path / "class" / name / "u01_sums").mkdir(parents=True)
    assert program(tmp_path, "replace", 0, *GRADE).returncode == 1
    whole = files(tmp_path)
    for path in [*tmp_path.glob("records/*"), tmp_path / "all.json"]:
        path.unlink()
    for _ in range(2):  # the second one begins with what the first one left
        assert program(tmp_path, moment, call, *GRADE).returncode == -signal.SIGKILL
        left = files(tmp_path)
        done = {name: text for name, text in left.items() if not name.endswith(UNFINISHED)}
        assert len(left) == len(done) + 1 and done.items() <= whole.items()
        assert sum(name.endswith(".json") for name in done) == finished
        for path in tmp_path.glob("records/*.json"):
            path.unlink()
    assert program(tmp_path, moment, call, *GRADE).returncode == -signal.SIGKILL
    last = program(tmp_path, moment, 0, *GRADE)
    assert last.returncode == 1 and (f"{finished} of 3 taken" in last.stdout) is bool(finished)
    assert files(tmp_path) == whole


def files(root: Path) -> dict[str, bytes]:
    """Records, results and what became of them."""
    found = [*root.glob("records/*"), *root.glob("*all.json*")]
    return {str(path.relative_to(root)): path.read_bytes() for path in found}


def test_a_history_is_whole_but_for_the_line_that_was_being_written(tmp_path: Path) -> None:
    made_up.make(tmp_path)
    history = History(tmp_path)
    assert program(tmp_path, "write", 0, "grade").returncode == 1
    assert set(history.read().last) == {"backward_sum", "backward_mean"}
    for call in (2, 1, 2):
        before = history.path.read_bytes()
        assert program(tmp_path, "write", call, "grade").returncode == -signal.SIGKILL
        assert history.path.read_bytes().startswith(before)
        assert not history.path.read_bytes().endswith(b"\n"), "half a line is there"
        assert history.read().passed == {"backward_sum"}
    counts = history.read().counts
    assert program(tmp_path, "write", 0, "grade").returncode == 1
    assert history.read().counts == {name: count + 1 for name, count in counts.items()}


WRITER = """
import sys
from pathlib import Path
from dojo.verdict import remove_unfinished, write_atomically
path = Path(sys.argv[1])
while True:
    for letter in "ab":
        remove_unfinished(path)
        write_atomically(path, letter * 1_000_000)
"""


def test_a_result_is_the_old_one_or_the_new_one(tmp_path: Path) -> None:
    path, lots = tmp_path / "all.json", random.Random(3)
    for _ in range(12):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], env=ENVIRONMENT)
        until(path.exists)
        time.sleep(lots.uniform(0.1, 0.3))
        writer.kill()
        writer.wait()
        assert path.read_text() in ("a" * 1_000_000, "b" * 1_000_000)
        assert len(os.listdir(tmp_path)) <= 2, "what an earlier one left is gone"


# -- a grading as a process


class Run:
    """A `dojo grade --records` as a process of its own."""

    def __init__(self, course: Path, folder: Path, *words: str, exercises: tuple[str, ...] = ("m",)) -> None:
        self.folder = folder
        command = [sys.executable, "-m", "dojo", "grade", *exercises, "--submission", "../class", *words]
        self.process = subprocess.Popen(
            [*command, "--records", str(folder)],
            cwd=course,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def records(self) -> dict[str, bytes]:
        """The records that are there, by the names of their files."""
        return {path.name: path.read_bytes() for path in self.folder.glob("*.json")}

    def has(self, count: int, *, or_unfinished: bool = False) -> None:
        """Wait until there are so many records, or until a file is being written."""

        def enough() -> bool:
            names = os.listdir(self.folder) if self.folder.exists() else []
            if or_unfinished and any(name.endswith(UNFINISHED) for name in names):
                return True
            return sum(name.endswith(".json") for name in names) >= count

        until(enough, self)

    def go_on(self, seconds: float) -> None:
        """Wait so long, but not for the last record: the machine may have become faster."""
        until_then = time.monotonic() + seconds
        while time.monotonic() < until_then and len(self.records()) < CLASS - 1:
            time.sleep(0.002)

    def family(self) -> set[int]:
        """This process and all below it."""
        return {self.process.pid, *descendants(self.process.pid)}

    def kill(self) -> set[int]:
        """Kill the grading alone, in the middle of whatever it is at. Returns its family."""
        assert self.process.poll() is None, self.process.communicate()[0]
        ours = self.family()
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate(timeout=SECONDS)  # its helpers hold the pipe as long as they live
        return ours

    def wait(self) -> str:
        """What it printed, once it is done."""
        printed = self.process.communicate(timeout=SECONDS)[0]
        assert self.process.returncode == 1, printed
        return printed


def until(condition: Callable[[], Any], run: Run | None = None) -> None:
    """Wait for something, closely."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert run is None or run.process.poll() is None, run.process.communicate()[0]
        assert time.monotonic() < deadline
        time.sleep(0.001)


def timeless(record: bytes) -> bytes:
    """A record without how long things took."""
    return re.sub(rb'"duration_s": [0-9.e-]+', b"", record)


def verdicts(submissions: list[dict[str, Any]]) -> set[str]:
    return {exercise["verdict"] for record in submissions for exercise in record["exercises"]}


# -- a class

RIGHT = MODULES["m"]
DOUBLE = RIGHT.index("def double")
CUBE = "def cube_backward(x, dy):\n    return 3 * x**2 * dy\n\n\n"
ANSWERS = [
    RIGHT,
    RIGHT.replace("3 * x**2 * dy", "dy * x * x * 3"),
    RIGHT.replace("x + x", "2.0 * x"),
    RIGHT.replace("3 * x**2 * dy", "x**2 * dy"),
    RIGHT.replace("x + x", "x"),
    RIGHT.replace("3 * x**2 * dy", "(3 * x**2 * dy).sum(0)"),
    RIGHT.replace("return x + x", 'raise ValueError("not yet")'),
    RIGHT.replace("return x + x", "raise NotImplementedError"),
    RIGHT.replace("return x + x", "y = x.clone().requires_grad_()\n    return 2 * x"),
    RIGHT.replace("return x + x", "return x + "),
    RIGHT.replace("return x + x", 'print("here", x.shape)\n    return x + x'),
    RIGHT.replace("return x + x", "raise SystemExit"),
    RIGHT.replace("return x + x", "return [0] * 10**10"),
    RIGHT.replace("import torch", "import os"),
    "import itertools\n\n" + CUBE + "def double(x):\n    chain = iter([x])\n    for _ in range(300_000):\n"
    "        chain = itertools.chain(chain)\n    return next(chain)\n",
    RIGHT[:DOUBLE],
]
HANGS = RIGHT.replace("return x + x", "while True:\n        pass")
HANGS_ON_IMPORT = RIGHT + "\n\nwhile True:\n    pass\n"


def course_of(root: Path) -> Path:
    """A course with a class that has handed in: fifty submissions, right, or wrong in every way."""
    course = build(root, rules=True).course.root
    manifest = (course / "course.toml").read_text()
    for short, long in (("_seconds = 1.5", "_seconds = 2.5"), ("\nseconds = 4.0", "\nseconds = 8.0")):
        assert short in manifest
        manifest = manifest.replace(short, long)  # or a busy machine would make a right answer late
    (course / "course.toml").write_text(manifest)
    hand_in_all(root / "class")
    return course


def hand_in_all(folder: Path) -> None:
    texts = [ANSWERS[i % len(ANSWERS)] for i in range(CLASS - 2)]
    texts.insert(10, HANGS)
    texts.insert(30, HANGS_ON_IMPORT)
    for i, text in enumerate(texts):
        (folder / f"s{i:02}" / "u").mkdir(parents=True)
        (folder / f"s{i:02}" / "u" / "m.py").write_text(text)
        (folder / f"s{i:02}" / "u" / "n.py").write_text(MODULES["n"])


# -- what a kill leaves


def children(pid: int | str) -> list[int]:
    """The processes that a process has started or adopted; Linux only, none elsewhere."""
    found = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(child) for child in path.read_text().split()]
    return found


def descendants(pid: int) -> set[int]:
    found = set(children(pid))
    return found.union(*(descendants(child) for child in found)) if found else found


@contextlib.contextmanager
def orphans_come_to_us() -> Iterator[Callable[[], list[int]]]:
    """While the block runs, what a killed child leaves becomes our child. Yields what lists the living."""
    if not sys.platform.startswith("linux"):
        yield list
        return
    before = set(children("self"))
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    def left() -> list[int]:
        living = []
        for pid in set(children("self")) - before:
            with contextlib.suppress(ChildProcessError):
                if os.waitpid(pid, os.WNOHANG) == (0, 0):
                    living.append(pid)
        return living

    try:
        yield left
        assert not left()
    finally:
        for pid in left():
            os.kill(pid, signal.SIGKILL)
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


def scratch(pids: set[int]) -> list[str]:
    """Folders that servers among these processes have made for their workers."""
    names = [name for name in os.listdir(tempfile.gettempdir()) if name.startswith("dojo-worker-")]
    return [name for name in names if name.split("-")[2] in {str(pid) for pid in pids}]
