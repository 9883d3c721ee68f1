"""Workers that are started one by one, as on macOS and Windows, give the verdicts that forked ones give."""

# ruff: noqa: E501 (a snippet reads best on one line)

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_course import RIGHT, build, grade

from dojo import endings, spare
from dojo.channel import StudentError, Worker, WorkerEnded
from dojo.engine import Engine, KitFailure
from dojo.forkserver import ForkServer, ServerDied
from dojo.lanes import most
from dojo.spawnserver import SpawnServer
from dojo.verdict import ExerciseResult, Verdict
from dojo.worker import forget

psutil = pytest.importorskip("psutil")
PRETEND = Path(__file__).parent.parent / "pretend.py"
CALL = {"what": "function", "inspect": False, "watch": False, "grad": False}


@pytest.fixture(scope="module")
def spawned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOJO_START", "spawn")
        engine = Engine(build(tmp_path_factory.mktemp("course")))
    engine._start = SpawnServer  # type: ignore[method-assign]  # should it ever need another one
    with engine:
        assert isinstance(engine._server, SpawnServer) and engine.lanes == 1
        yield engine


@pytest.fixture(scope="module")
def forked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with Engine(build(tmp_path_factory.mktemp("course")), lanes=1, isolation="process") as engine:
        assert isinstance(engine._server, ForkServer)
        yield engine


@pytest.fixture(autouse=True)
def nothing_is_forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tried here is what workers do with it, not what the rules say of it."""
    monkeypatch.setattr("dojo.prepare.violations", lambda *args: [])


@pytest.fixture
def server(spawned: Engine) -> SpawnServer:
    server = spawned._living_server()
    assert isinstance(server, SpawnServer)
    return server


def _loaded(server: SpawnServer, source: str, memory_mib: int = 256, cpu_seconds: float = 20) -> Worker:
    worker = server.worker(memory_mib=memory_mib, cpu_seconds=cpu_seconds)
    worker.load(source, "m", 20)
    return worker


def _answer(server: SpawnServer, source: str) -> object:
    with _loaded(server, source) as worker:
        return worker.call({**CALL, "name": "f"}, [], {}, 20)["value"]


# -- verdicts -------------------------------------------------------------------------------------------------

CUBE = "import torch, os, sys, ctypes\ndef cube_backward(x, dy):\n    "
SAME = {
    "wrong": (CUBE + "return x**2 * dy\n", Verdict.FAILED),
    "prints and raises": (CUBE + "print('hello')\n    return 1 / 0\n", Verdict.ERROR),
    "exits": (CUBE + "sys.exit(0)\n", Verdict.CRASHED),
    "exits at once": (CUBE + "os._exit(0)\n", Verdict.CRASHED),
    "falls over": (CUBE + "ctypes.string_at(0)\n", Verdict.CRASHED),
    "dies of a signal without a name": (CUBE + "os.kill(os.getpid(), 40)\n", Verdict.CRASHED),
    "hangs": (CUBE + "while True:\n        pass\n", Verdict.TIMEOUT),
    "takes too much memory": (CUBE + "return torch.ones(3 << 30, dtype=torch.uint8)\n", Verdict.MEMORY),
    "hangs up": (CUBE + "os.close(3)\n    return x\n", Verdict.CRASHED),
    "answers ahead": (
        "import os, struct\n"
        'text = b\'{"nonce": "0", "values": {"k": "dict", "v": [["value", 1]]}}\'\n'
        "os.write(3, struct.pack('>II', len(text), 0) + text)\n"
        "def cube_backward(x, dy):\n    return 3 * x**2 * dy\n",
        Verdict.CRASHED,
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_verdicts_are_those_of_the_fork_server(spawned: Engine, forked: Engine, name: str) -> None:
    source, verdict = SAME[name]
    one, other = grade(spawned, source), grade(forked, source)
    assert _essence(one) == _essence(other)
    assert one.verdict is verdict, one.message


def _essence(result: ExerciseResult) -> tuple[object, ...]:
    return (
        result.verdict,
        result.points,
        re.sub(r"[\d.]+ seconds", "", result.message),  # of a call, or of all together
        result.property,
        result.misconception,
        result.counterexample,
        result.output,
    )


def test_right_answer_passes_and_each_property_has_a_worker_of_its_own(spawned: Engine) -> None:
    source = "import os\nCLEAN = not hasattr(os, 'mark')\nos.mark = 1\ndef double(x):\n    return x + x if CLEAN else x\n"
    result = grade(spawned, source, "double")
    assert (result.verdict, result.points) == (Verdict.PASSED, 1), result.message


def test_record_says_process(spawned: Engine) -> None:
    assert spawned.isolation == "process" and spawned.server_pid == os.getpid()


# -- a worker -------------------------------------------------------------------------------------------------


def test_worker_has_nothing_of_ours(server: SpawnServer) -> None:
    source = (
        "import os, sys\n"
        "def f():\n"
        "    before = os.listdir('.')\n"
        "    ours = [m for m in sys.modules if m.split('.')[0] in ('dojo', 'graders', 'hypothesis', 'pytest', 'psutil')]\n"
        "    return [sorted(os.environ), os.listdir('/proc/self/fd'), os.getcwd(), before, ours, os.getsid(0) == os.getpid()]\n"
    )
    names, descriptors, folder, before, ours, alone = _answer(server, source)  # type: ignore[misc]
    expected = {"PATH", "LC_ALL", "OMP_NUM_THREADS", "PYTHONHASHSEED", "CUDA_VISIBLE_DEVICES", "TMPDIR"}
    assert set(names) - {*spare.KEPT, "LC_CTYPE", "TEMP", "TMP"} == expected
    assert set(descriptors) - {"4"} == {"0", "1", "2", "3"}  # the last one is the listing's own
    assert ours == [] and before == [] and alone is True
    assert f"{spare.SCRATCH}{os.getpid()}-" in folder and not Path(folder).exists()


def test_state_is_not_shared(server: SpawnServer) -> None:
    source = (
        "import torch, builtins, os\ndef f():\n"
        "    seen = [hasattr(torch, 'mark'), hasattr(builtins, 'mark'), torch.get_num_threads(), os.listdir('.')]\n"
        "    torch.mark = builtins.mark = 1\n    torch.set_num_threads(2)\n    os.mkdir('left')\n    return seen"
    )
    for _ in range(2):
        assert _answer(server, source) == [False, False, 1, []]


DAEMON = """import io, os, time
def f():
    child = os.fork()
    if child == 0:
        os.setsid()
        if os.fork() == 0:
            io.open(NOTE, 'w').write(str(os.getpid()))
            time.sleep(60)
        os._exit(0)
    os.waitpid(child, 0)
    while not os.path.exists(NOTE):
        time.sleep(0.01)
    return 1
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may start processes under RLIMIT_NPROC")
def test_daemons_die_with_their_worker(server: SpawnServer, tmp_path: Path) -> None:
    """Even one whose parent has gone: it still has the environment of its worker."""
    note = tmp_path / "pid"
    assert _answer(server, DAEMON.replace("NOTE", repr(str(note)))) == 1
    assert _gone(int(note.read_text()), 2)


def test_workers_end_when_their_grader_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    program = (
        "from dojo.spawnserver import SpawnServer\n"
        "server = SpawnServer()\n"
        "worker = server.worker(memory_mib=256, cpu_seconds=60)\n"
        f"open({str(note)!r}, 'w').write(str(worker._pid))\n"
        "worker.load('while True: pass', 'm', 60)\n"
    )
    grader = subprocess.Popen([sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": os.getcwd()})
    deadline = time.monotonic() + 60
    while not (note.exists() and note.read_text()) and time.monotonic() < deadline:
        time.sleep(0.05)
    below = psutil.Process(grader.pid).children(recursive=True)
    assert int(note.read_text()) in [process.pid for process in below]
    grader.kill()
    grader.wait()
    assert all(_gone(process.pid, 20) for process in below)  # a spare may still be importing torch
    spare.remove_leftovers()
    assert not list(Path(tempfile.gettempdir()).glob(f"{spare.SCRATCH}{grader.pid}-*"))


def test_a_worker_that_was_killed_before_its_use(server: SpawnServer) -> None:
    server.ready()
    os.kill(server._spares[0].pid, signal.SIGKILL)
    with pytest.raises(ServerDied):
        server.worker(memory_mib=256, cpu_seconds=5)


def test_closing_leaves_nothing(spawned: Engine) -> None:
    server = SpawnServer()
    order = server.order(memory_mib=256, cpu_seconds=5)
    pids = [*server._workers, *[one.pid for one in server._spares]]
    order.cancel()
    server.close()
    assert len(pids) >= 2 and all(_gone(pid, 0) for pid in pids)


def test_server_that_never_starts_is_our_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOJO_START", "spawn")
    monkeypatch.setattr(spare, "COMMAND", [sys.executable, "-c", "raise SystemExit(1)"])
    with Engine(build(tmp_path)) as engine, pytest.raises(KitFailure, match="did not start"):
        grade(engine, RIGHT)


def _gone(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while True:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)


def test_the_course_is_no_part_of_what_a_worker_can_import(monkeypatch: pytest.MonkeyPatch) -> None:
    class FinderOfAnEditableInstallation:
        __module__ = "__editable___backprop_dojo_0_1_0_finder"

    libraries = [path for path in sys.path if Path(path).name in ("lib-dynload", "site-packages")]
    monkeypatch.setattr(sys, "path", [os.getcwd(), *libraries])
    monkeypatch.setattr(sys, "meta_path", [FinderOfAnEditableInstallation, *sys.meta_path])
    monkeypatch.setattr(sys, "path_hooks", list(sys.path_hooks))
    others = [f for f in sys.meta_path if "editable" not in str(getattr(f, "__module__", ""))]
    forget.forget_the_course()
    assert sys.path == libraries and sys.meta_path == others


# -- limits from outside ---------------------------------------------------------------------------------------

GROWS = "import torch, time\ndef f():\n    kept = []\n    while True:\n        kept.append(torch.ones(20 << 20, dtype=torch.uint8))\n        time.sleep(0.02)\n"
FLOODS = "import time, io\ndef f():\n    for n in range(10**6):\n        io.open(str(n), 'w').close()\n        time.sleep(0.01)\n"
BURNS = "def f():\n    while True:\n        pass\n"


@pytest.mark.parametrize(
    ("source", "why"),
    [(GROWS, "memory"), (BURNS, "timeout"), (FLOODS, "crashed")],
    ids=["grows", "burns", "floods"],
)
def test_ceilings_where_the_system_sets_none(
    spawned: Engine, monkeypatch: pytest.MonkeyPatch, source: str, why: str
) -> None:
    """In a worker that has no module `resource`, as on Windows, the grader itself has to look."""
    script = spare.COMMAND[-1]
    monkeypatch.setattr(spare, "COMMAND", [*spare.COMMAND[:-1], str(PRETEND), "darwin", "worker", script])
    server = SpawnServer()
    try:
        with _loaded(server, source, 300, 1) as worker, pytest.raises((WorkerEnded, StudentError)) as ended:
            worker.call({**CALL, "name": "f"}, [], {}, 60)
    finally:
        server.close()
    assert isinstance(ended.value, WorkerEnded) and ended.value.why == why, ended.value


# -- words ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "why", "words"),
    [
        (0, "crashed", "exit status 0"),
        (3, "crashed", "exit status 3"),
        (-signal.SIGSEGV, "crashed", "died of a segmentation fault"),
        (-signal.SIGABRT, "crashed", "died of an abort"),
        (-signal.SIGKILL, "crashed", "died of a kill"),
        (-signal.SIGBUS, "crashed", "died of SIGBUS"),
        (-signal.SIGXCPU, "timeout", "processor time"),
        (-40, "crashed", "died of signal 40"),
        (0xC0000005, "crashed", "died of a segmentation fault"),
        (0xC00000FD, "crashed", "died of a stack overflow"),
        (0xC0000409, "crashed", "died of an abort"),
        (0xC0001234, "crashed", "died of the error 0xC0001234"),
        (0xC0000017, "memory", "more memory than there is"),
    ],
)
def test_every_end_has_words(code: int, why: str, words: str) -> None:
    assert endings.explain(code)[0] == why and words in endings.explain(code)[1]


def test_one_lane_where_nothing_is_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert most(3) == 3 and most() >= 1
    monkeypatch.setenv("DOJO_START", "spawn")
    assert most(3) == most() == 1
