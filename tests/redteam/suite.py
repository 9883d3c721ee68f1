"""The attacks on disk, and what is looked at after each of them."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sys
import tempfile
import threading
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from dojo.engine import Engine
from dojo.seeds import Seed
from dojo.submission import take
from dojo.verdict import Record, dump

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from victim import CANARY, Planted, Victim, hand_in

ATTACKS = Path(__file__).parent / "attacks"
TAG = f"dojo-redteam-{os.getpid()}"  # begins the name of every file that an attack tries to leave behind
WORKED = "dojo-redteam-it-worked"  # printed by an attack whose success nobody would see otherwise
SLACK_SECONDS = 3.0  # beyond the exercise's own limits, on a busy machine
MEMORY_LIMIT = 96 << 20  # bytes that the grading process may grow by


class Attack(BaseModel):
    """One hostile submission. `walls`, `watches` and `rules` are verdicts that it gets (see README.md)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rows: tuple[str, ...]  # of the catalogue: V1, A24
    tries: str  # one plain sentence about what it tries
    exercise: str = "cube_backward"
    walls: str | None = None  # with the allow list and all rules off
    watches: str | None = None  # with the allow list off and the rules on, without walls
    rules: str | None = "forbidden"  # with everything on, as in a real course
    process: str | None = None  # what it does where there are no walls: never a forged verdict
    walls_at_process: str | None = None  # its verdict there, where that is another one
    starts: bool = False  # threads or processes, which the worker of an ordinary user may not, walls or not
    process_skip: bool = False  # too dangerous for the machine that runs the suite where there are no walls
    passes: bool = False  # a right control, or an answer that is right and must not suffer
    links: dict[str, str] = {}  # put into the submission: symbolic links and what they point to,
    fifos: tuple[str, ...] = ()  # named pipes,
    files: dict[str, str] = {}  # files with names that git cannot keep,
    sparse: dict[str, int] = {}  # files that seem to have so many bytes,
    folders: tuple[str, ...] = ()  # and folders
    name: str = ""
    group: str = ""

    @property
    def path(self) -> Path:
        """Its module, or its whole folder."""
        folder = ATTACKS / self.group / self.name
        return folder if folder.is_dir() else folder.with_suffix(".py")

    @property
    def seconds(self) -> float:
        """The longest that it may hold up a grading: an import that hangs, or one call that does."""
        return 4.0 + SLACK_SECONDS


def attacks() -> list[Attack]:
    """All attacks, group by group, in the order of their files."""
    found = []
    for path in sorted(ATTACKS.glob("*/attacks.toml")):
        for name, entry in tomllib.loads(path.read_text(encoding="utf-8")).items():
            found.append(Attack(name=name, group=path.parent.name, **entry))
    return found


@dataclass
class Aftermath:
    """What one attack came to, and everything that it should not have done."""

    verdict: str
    message: str
    record: Record
    seconds: float
    broken: list[str] = field(default_factory=list)  # plain sentences; empty: contained


def words(victim: Victim, port: int, address: str) -> dict[str, str]:
    """What the words in an attack stand for: all that a determined student could find out beforehand.

    port, address: of the listeners that nobody may reach.
    """
    return {
        "SECRET": str(victim.secret),
        "HOME": str(victim.secret.parent),
        "TREE": str(victim.root),
        "COURSE": str(victim.course.root),
        "PORT": str(port),
        "SOCKET": address,
        "GRADER": str(os.getpid()),
        "TAG": TAG,
        "CANARY": "dojo-redteam-marker",
        "WORKED": WORKED,
    }


def let_loose(attack: Attack, engine: Engine, victim: Victim, baseline: dict[str, Any]) -> Aftermath:
    """Grade the attack's submission as anybody's would be, then look at what is left of the world."""
    with _listener() as (port, address, heard):
        fill = words(victim, port, address)
        planted = Planted(attack.links, attack.fifos, attack.files, attack.sparse, attack.folders)
        folder = hand_in(victim, "attacker", attack.path, fill, planted)
        submission = take(folder, victim.course)
        before, memory = victim.fingerprint(), _memory()
        started = time.perf_counter()
        record = engine.grade(submission, victim.course.exercises, seed=Seed.numbered(1))
        seconds = time.perf_counter() - started
        result = next(r for r in record.exercises if r.id == attack.exercise)
        after = Aftermath(result.verdict.value, result.message, record, seconds)
        text = dump(record.to_json())
        checks = {
            "a secret is in the record": CANARY in text,
            "the system let it": WORKED in text,
            "a control character is in the record": any(map(_has_unseen, strings(record.to_json()))),
            "files were changed": victim.fingerprint() != before,
            "somebody connected to a listener": bool(heard),
            "processes are left": bool(_left_processes(engine)),
            "files are left": bool(_left_files()),
            "the grader grew": _memory() - memory > MEMORY_LIMIT,
            "a neighbour's result differs": any(
                _plain(r) != baseline[r.id] for r in record.exercises if r.unit == "u" and r.id in NEIGHBOURS
            ),
            "not every exercise has a result": len(record.exercises) != len(victim.course.exercises),
            f"it took {seconds:.1f} s": seconds > attack.seconds,
        }
        after.broken = [sentence for sentence, wrong in checks.items() if wrong]
        return after


NEIGHBOURS = ("halve", "row_means")


def neighbours(record: Record) -> dict[str, Any]:
    """The results of the neighbouring module, without how long they took."""
    return {r.id: _plain(r) for r in record.exercises if r.id in NEIGHBOURS}


def _plain(result: Any) -> str:
    return json.dumps(asdict(replace(result, duration_s=0.0)), default=str, sort_keys=True)


def strings(data: Any) -> list[str]:
    """Every string in plain data, keys included."""
    if isinstance(data, dict):
        return [text for pair in data.items() for part in pair for text in strings(part)]
    if isinstance(data, (list, tuple)):
        return [text for part in data for text in strings(part)]
    return [data] if isinstance(data, str) else []


def _has_unseen(text: str) -> bool:
    """Controls, bidi and zero width characters, surrogates: nothing of the kind may come out of a grading."""
    return any(char != "\n" and unicodedata.category(char)[0] == "C" for char in text)


def _memory() -> int:
    if not sys.platform.startswith("linux"):
        return 0
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def descendants(pid: int) -> list[int]:
    """Every process below this one. Linux only; elsewhere none is seen."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            for child in map(int, task.read_text().split()):
                found += [child, *descendants(child)]
        except OSError:
            continue
    return found


def _left_processes(engine: Engine) -> list[int]:
    """What descends from the fork server besides itself (in a sandbox it is one of its own descendants)."""
    family = 2 if engine.isolation == "sandbox" else 0
    deadline = time.monotonic() + 1.0
    while True:
        left = descendants(engine.server_pid)[family:]
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.02)


def _left_files() -> list[str]:
    found = []
    for folder in (tempfile.gettempdir(), "/dev/shm", "/var/tmp"):
        for name in os.listdir(folder) if os.path.isdir(folder) else []:
            if name.startswith(TAG):
                found.append(name)
                path = Path(folder, name)
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    return found


@contextmanager
def _listener() -> Iterator[tuple[int, str, list[str]]]:
    """A TCP port and a Unix socket, and a list of what connected to them."""
    heard: list[str] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        socket.socket() as tcp,
        socket.socket(socket.AF_UNIX) as unix,
    ):
        tcp.bind(("127.0.0.1", 0))
        address = f"{folder}/canary.sock"
        unix.bind(address)
        os.chmod(folder, 0o755)
        os.chmod(address, 0o777)
        for server, name in ((tcp, "tcp"), (unix, "unix")):
            server.listen(8)
            threading.Thread(target=_accept, args=(server, name, heard), daemon=True).start()
        yield tcp.getsockname()[1], address, heard
        time.sleep(0.01)
        for server in (tcp, unix):
            server.shutdown(socket.SHUT_RDWR)


def _accept(server: socket.socket, name: str, heard: list[str]) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        heard.append(name)
        connection.close()
