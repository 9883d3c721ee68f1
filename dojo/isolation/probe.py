"""The proof: a submission of ours tries every forbidden act, and the level is what it could not do.

A wall that was only configured is no wall; so the level in a report is one that was tried just before.
"""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dojo.channel import StudentError, WorkerEnded
from dojo.isolation.levels import LEVELS, Act, Proof

if TYPE_CHECKING:
    from dojo.servers import Server

SUBMISSION = Path(__file__).parent / "probe_submission.py"
SECONDS = 20.0
MEMORY_MIB = 256

# Each act with the level that must refuse it.
ACTS = {
    "process": (
        "take_too_much_memory write_too_large_a_file find_a_secret_in_the_environment find_a_descriptor"
    ),
    "confined": (
        "read_a_file list_a_folder read_the_course read_the_home_folder write_a_file make_a_file "
        "change_a_mode open_a_tcp_socket open_a_udp_socket connect_to_this_machine connect_to_a_unix_socket "
        "start_a_program fork signal_the_grader signal_its_server trace_its_server "
        "read_the_memory_of_its_server see_other_processes make_a_file_in_memory "
        "make_a_user_namespace start_a_thread"  # in this order: a process with threads may make none
    ),
    "sandbox": "see_that_the_course_is_there see_that_the_file_is_there",
}
# The same for a folder of hidden graders, where there is one.
OF_HIDDEN = {"confined": "read_the_hidden_graders", "sandbox": "see_that_hidden_graders_are_there"}
NAMESPACES = ("pid", "net", "mnt", "ipc")  # each must be the server's own at level sandbox
ENVIRONMENT = (
    "PATH LC_ALL LC_CTYPE OMP_NUM_THREADS PYTHONHASHSEED GLIBC_TUNABLES CUDA_VISIBLE_DEVICES"
).split()


def prove(server: Server, course: Path, hidden: Path | None = None) -> Proof:
    """Let the probe loose in a worker of this server. Raises ServerDied if the server is gone.

    course, hidden: the folders of the course and of hidden graders, which nobody may see.
    """
    server.ready()
    wanted = ACTS if hidden is None else {a: f"{names} {OF_HIDDEN.get(a, '')}" for a, names in ACTS.items()}
    names = [name for acts in wanted.values() for name in acts.split()]
    with (
        _targets(course, hidden) as targets,
        server.worker(memory_mib=MEMORY_MIB, cpu_seconds=SECONDS) as worker,
    ):
        try:
            worker.load(SUBMISSION.read_text(encoding="utf-8"), "probe_submission", SECONDS)
            user = _call(worker, "user")
            came = _call(worker, "probe", names, targets)
        except (StudentError, WorkerEnded) as failure:
            return Proof("process", (Act("the probe itself", "confined", False, str(failure)),), None)
    acts = [
        Act(name, level, came.get(name) is not None, came.get(name) or "went through")
        for level, those in wanted.items()
        for name in those.split()
    ]
    acts += [_namespace(name, server.namespaces.get(name)) for name in NAMESPACES]
    return Proof(_level(acts), tuple(acts), user if type(user) is int else None)


def _level(acts: list[Act]) -> str:
    """The strongest level of which, and of all below it, every act was refused."""
    proven = LEVELS[0]
    for level in LEVELS[1:]:
        if any(act.level == level and not act.refused for act in acts):
            break
        proven = level
    return proven


def _namespace(name: str, theirs: str | None) -> Act:
    ours = namespaces().get(name)
    own = theirs is not None and ours is not None and theirs != ours
    return Act(f"share the grader's {name} namespace", "sandbox", own, "it has its own" if own else "shared")


def namespaces() -> dict[str, str]:
    """The namespaces of this process, by kind; none where the system does not tell."""
    found = {}
    for name in NAMESPACES:
        try:
            found[name] = os.readlink(f"/proc/self/ns/{name}")
        except OSError:
            continue
    return found


def _call(worker: Any, name: str, *arguments: Any) -> Any:
    target = {"what": "function", "name": name, "inspect": False, "watch": False, "grad": False}
    return worker.call(target, list(arguments), {}, SECONDS)["value"]


@contextmanager
def _targets(course: Path, hidden: Path | None) -> Iterator[dict[str, Any]]:
    """Things to read, write and connect to, made so that only a wall can refuse them."""
    with tempfile.TemporaryDirectory() as name, socket.socket() as tcp, _unix(f"{name}/probe.sock"):
        folder = Path(name)
        folder.chmod(0o755)
        for file in ("secret", "writable"):
            (folder / file).write_text("nobody may read this")
            (folder / file).chmod(0o666)
        tcp.bind(("127.0.0.1", 0))
        tcp.listen(4)
        yield {
            "secret": str(folder / "secret"),
            "writable": str(folder / "writable"),
            "socket": f"{name}/probe.sock",
            "port": tcp.getsockname()[1],
            "course": str(course),
            "hidden": str(hidden or course),
            "home": str(Path.home()),
            "grader": os.getpid(),
            "memory": 4 * MEMORY_MIB << 20,
            "file": 4 << 20,
            "environment": ENVIRONMENT,
        }


@contextmanager
def _unix(path: str) -> Iterator[None]:
    if not hasattr(socket, "AF_UNIX"):
        yield
        return
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        os.chmod(path, 0o777)
        server.listen(4)
        yield
