"""The wire, the worker and the proxy: only plain data crosses, and a worker leaves nothing behind."""

# ruff: noqa: E501 (a snippet reads best on one line)

from __future__ import annotations

import os
import socket
import struct
import tempfile
import time
from collections import Counter, OrderedDict
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dojo.channel import StudentError, Worker, WorkerEnded
from dojo.forkserver import ForkServer, ServerDied
from dojo.grading.remote import remote_function
from dojo.grading.student import Allowance, Student
from dojo.isolation.probe import ENVIRONMENT
from dojo.worker import wire

CALL = {"what": "function", "inspect": False, "watch": False, "grad": False}


@pytest.fixture(scope="module")
def server() -> Iterator[ForkServer]:
    server = ForkServer(isolation="process")
    server.ready()
    yield server
    server.close()


def _loaded(server: ForkServer, source: str) -> Worker:
    worker = server.worker(memory_mib=256, cpu_seconds=10)
    worker.load(source, "m", 5)
    return worker


def _answer(server: ForkServer, source: str, *args: object) -> object:
    with _loaded(server, source) as worker:
        return worker.call({**CALL, "name": "f"}, list(args), {}, 5)["value"]


# -- the wire ---------------------------------------------------------------------------------------------

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(PLAIN)
def test_plain_values_come_back_as_they_were(value: object) -> None:
    data, payload = wire.encode(value)
    again = wire.decode(data, payload)
    assert again == value and type(again) is type(value)


@pytest.mark.parametrize("dtype", wire.DTYPES.values(), ids=str)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3), (2, 3, 4)], ids=str)
def test_tensors_come_back_as_they_were(dtype: torch.dtype, shape: tuple[int, ...]) -> None:
    tensor = torch.randint(0, 2, shape).to(dtype)
    for sent in (tensor, tensor.mT if tensor.dim() >= 2 else tensor):
        again = wire.decode(*wire.encode(sent))
        assert again.dtype == dtype and again.shape == sent.shape and torch.equal(again, sent)
        assert again.is_contiguous() == sent.is_contiguous()


def test_what_is_not_plain_crosses_as_an_alien() -> None:
    for value in (object(), lambda: 1, torch.nn.Parameter(torch.ones(2)), 1j, b"x", range(3)):
        alien = wire.decode(*wire.encode(value))
        assert isinstance(alien, wire.Alien) and alien.type == type(value).__name__


@pytest.mark.parametrize("kind", [Counter, OrderedDict])
def test_dicts_of_all_kinds_cross_as_plain_ones(kind: type) -> None:
    back = wire.decode(*wire.encode(kind({"b": 2, "a": 1})))
    assert (type(back), back) == (dict, {"b": 2, "a": 1})


def test_sets_cross_as_frozen_ones() -> None:
    for value in (set(), {1, "a"}, frozenset([2.0])):
        assert wire.decode(*wire.encode(value)) == frozenset(value)


BROKEN = [
    {"k": "nonsense"},
    {"v": 1},
    [1],
    {"k": "list", "v": 3},
    {"k": "dict", "v": [[1]]},
    {"k": "dict", "v": [[{"k": "list", "v": []}, 1]]},
    {"k": "set", "v": [{"k": "list", "v": []}]},
    {"k": "tensor"},
    {"k": "tensor", "d": "float64", "s": [1 << 31, 1 << 31], "at": 0, "n": 8, "f": False, "g": False},
    {"k": "tensor", "d": "float64", "s": [-1], "at": 0, "n": 8, "f": False, "g": False},
    {"k": "tensor", "d": "float64", "s": [True], "at": 0, "n": 8, "f": False, "g": False},
    {"k": "tensor", "d": "float64", "s": [2], "at": 0, "n": 16, "f": False, "g": False},
    {"k": "tensor", "d": "float64", "s": [1], "at": -8, "n": 8, "f": False, "g": False},
    {"k": "tensor", "d": "object", "s": [1], "at": 0, "n": 8, "f": False, "g": False},
    {"k": "tensor", "d": "float64", "s": [1] * 9, "at": 0, "n": 8, "f": False, "g": False},
    {"k": "handle", "n": "0", "type": "x"},
]


@pytest.mark.parametrize("data", BROKEN, ids=str)
def test_broken_values_are_refused(data: object) -> None:
    with pytest.raises(wire.WireError):
        wire.decode(data, bytes(8))


def test_deep_nesting_is_refused() -> None:
    data: object = 1
    for _ in range(100):
        data = {"k": "list", "v": [data]}
    with pytest.raises(wire.WireError, match="nested"):
        wire.decode(data, b"")


@pytest.mark.parametrize(
    "raw",
    [struct.pack(">II", 1 << 31, 0), struct.pack(">II", 3, 0) + b"[1]", struct.pack(">II", 2, 0) + b"{x"],
)
def test_broken_messages_are_refused(raw: bytes) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(raw)
        with pytest.raises(wire.WireError):
            wire.receive(wire.reader(ours))


# -- the worker -------------------------------------------------------------------------------------------


def test_worker_has_nothing_of_ours(server: ForkServer) -> None:
    source = (
        "import os, sys\n"
        "def f():\n"
        "    return [sorted(os.environ), os.listdir('/proc/self/fd'), os.getcwd(),\n"
        "            [m for m in sys.modules if m.split('.')[0] in ('dojo', 'graders', 'solutions', 'hypothesis', 'pytest')],\n"
        "            sys.argv]\n"
    )
    names, descriptors, folder, ours, argv = _answer(server, source)  # type: ignore[misc]
    assert set(names) <= set(ENVIRONMENT)
    # The last one is the listing's own.
    assert set(descriptors) - {"4"} == {"0", "1", "2", "3"}
    assert ours == [] and "dojo-worker-" in folder and _vanishes(Path(folder))
    assert len(argv) == 4  # the server's file, a descriptor's number, what may be read, where packages are


def test_scratch_is_empty_and_removed(server: ForkServer) -> None:
    source = "import io, os\ndef f():\n    before = os.listdir('.')\n    io.open('x', 'w').write('y')\n    return [before, os.getcwd()]"
    before, folder = _answer(server, source)  # type: ignore[misc]
    assert before == [] and _vanishes(Path(folder))


def _vanishes(folder: Path) -> bool:
    """Whether a folder is gone, soon: a worker is dismissed without waiting for its end."""
    deadline = time.monotonic() + 5
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    return not folder.exists()


def test_state_does_not_leak_to_the_next_worker(server: ForkServer) -> None:
    source = (
        "import torch, builtins\ndef f():\n"
        "    seen = [hasattr(torch, 'mark'), hasattr(builtins, 'mark'), torch.get_num_threads()]\n"
        "    torch.mark = builtins.mark = 1\n    torch.set_num_threads(2)\n    return seen"
    )
    for _ in range(2):
        assert _answer(server, source) == [False, False, 1]


def test_answers_ahead_of_the_question_are_refused(server: ForkServer) -> None:
    source = (
        "import os, struct\n"
        'text = b\'{"nonce": "0", "values": {"k": "dict", "v": [["value", 1]]}}\'\n'
        "os.write(3, struct.pack('>II', len(text), 0) + text)\n"
        "def f():\n    return 1"
    )
    with server.worker(memory_mib=256, cpu_seconds=5) as worker, pytest.raises(WorkerEnded) as ended:
        worker.load(source, "m", 5)
        worker.call({**CALL, "name": "f"}, [], {}, 5)
    assert ended.value.why == "protocol"


def test_daemons_die_with_their_worker(server: ForkServer, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    source = (
        "import io, os, time\n"
        "def f():\n"
        "    try:\n"
        "        child = os.fork()\n"
        "    except OSError:\n"
        "        return 'refused'\n"  # RLIMIT_NPROC, for everybody but root
        "    if child == 0:\n"
        "        os.setsid()\n"
        "        if os.fork() == 0:\n"
        f"            io.open({str(note)!r}, 'w').write(str(os.getpid()))\n"
        "            time.sleep(60)\n"
        "        os._exit(0)\n"
        "    os.waitpid(child, 0)\n"
        "    time.sleep(0.3)\n"
        "    return 'forked'\n"
    )
    if _answer(server, source) == "forked":
        pid = int(note.read_text())
        deadline = time.monotonic() + 5
        while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not Path(f"/proc/{pid}").exists()


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for living processes in /proc")
def test_scratch_of_a_killed_server_is_removed_by_the_next() -> None:
    server = ForkServer(isolation="process")
    worker = server.worker(memory_mib=256, cpu_seconds=5)
    assert server._process is not None
    pid = server._process.pid
    left = list(Path(tempfile.gettempdir()).glob(f"dojo-worker-{pid}-*"))
    assert len(left) == 1
    server._process.kill()
    server.abandon()
    assert left[0].exists() and worker.ended is None
    following = ForkServer(isolation="process")
    following.ready()
    following.close()
    assert not left[0].exists()


def test_killing_the_server_is_noticed() -> None:
    server = ForkServer(isolation="process")
    server.ready()
    with (
        pytest.raises(ServerDied),
        _loaded(server, "import os\ndef f():\n    os.kill(os.getppid(), 9)\n") as worker,
    ):
        worker.call({**CALL, "name": "f"}, [], {}, 5)
        server.worker(memory_mib=256, cpu_seconds=5)
    server.abandon()


def test_server_ends_when_nobody_holds_it() -> None:
    server = ForkServer(isolation="process")
    server.ready()
    assert server._process is not None
    pid = server._process.pid
    twin = server.clone()
    server.close()
    assert not Path(f"/proc/{pid}").exists()
    with _loaded(twin, "def f():\n    return 5") as worker:
        assert worker.call({**CALL, "name": "f"}, [], {}, 5)["value"] == 5
    twin.close()


def test_exceptions_cross_as_text(server: ForkServer) -> None:
    source = (
        "class Odd(Exception):\n    def __str__(self):\n        raise ValueError\ndef f():\n    raise Odd\n"
    )
    with pytest.raises(StudentError) as raised:
        _answer(server, source)
    assert (raised.value.type_name, raised.value.message, raised.value.line) == ("Odd", "", 5)


def test_memory_limit_is_what_the_course_says(server: ForkServer) -> None:
    source = "import torch\ndef f(mib):\n    return torch.ones(mib << 20, dtype=torch.uint8).numel()"
    assert _answer(server, source, 100) == 100 << 20
    with pytest.raises(StudentError) as raised:
        _answer(server, source, 300)
    assert raised.value.kind == "memory"


# -- the proxy --------------------------------------------------------------------------------------------

VALUE = """
class Value:
    def __init__(self, data):
        self.data, self.grad = data, 0.0
    def __add__(self, other):
        return Value(self.data + (other.data if isinstance(other, Value) else other))
    __radd__ = __add__
    def __mul__(self, other):
        return Value(self.data * (other.data if isinstance(other, Value) else other))
    __rmul__ = __mul__
    def __neg__(self):
        return self * -1
    def backward(self):
        self.grad = 1.0
        return self.grad
    def __call__(self, x):
        return [self, x]
def make(n):
    return [Value(i) for i in range(n)]
"""


def test_objects_read_like_ordinary_python(server: ForkServer) -> None:
    with _loaded(server, VALUE) as worker:
        student = Student(worker, "make", call_seconds=5, allowance=Allowance(20), grad=False)
        a, b = student.Value(2.0), student.Value(3.0)
        c = a * b + a + 1 + 2 * b
        assert c.data == 15.0 and (-c).data == -15.0
        assert c.backward() == 1.0 and c.grad == 1.0
        c.grad = 4.0
        assert c.grad == 4.0
        assert [v.data for v in student(3)] == [0, 1, 2]
        again, seven = c(7)
        assert again.data == 15.0
        assert seven == 7 and again == c and again != a and len({a, b, again, c}) == 3
        assert student.run(remote_function("def f(v, w): return v.data + w"), a, 3) == 5.0
        assert type(c).__name__ == "RemoteObject" and "Value" not in os.environ
        with pytest.raises(StudentError, match="AttributeError"):
            _ = c.nothing


def test_clones_end_even_in_the_middle_of_an_answer() -> None:
    """A closed socket with unread data raises in the server; it has to end all the same."""
    server = ForkServer(isolation="process")
    twin = server.clone()
    twin.ready()
    (pid,) = _clones_of(server)
    twin._control.sendall(b'{"op": "kill", "pid": 1, "grace_s": 0}\n')  # and the answer is never read
    time.sleep(0.2)
    twin.close()
    deadline = time.monotonic() + 5
    while _alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _alive(pid)
    server.close()


def _clones_of(server: ForkServer) -> list[int]:
    assert server._process is not None
    main = server._process.pid
    return [int(pid) for pid in Path(f"/proc/{main}/task/{main}/children").read_text().split()]


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
