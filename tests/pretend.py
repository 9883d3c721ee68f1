"""Runs a script on Linux as if the system were macOS or Windows, as far as that can be pretended.

    python tests/pretend.py win32|darwin quick|worker|grading SCRIPT ARGUMENT...

First all is imported as it is on Linux, so that Python's own library and torch do not notice anything: what
quick commands need, or a worker, or grading. Then what the other system lacks is taken away, the kit's own
modules are forgotten, and the script runs: it imports the kit anew, on a system without fork, descriptors to
pass on, limits or /proc. Workers that it starts pretend the same.
What this does not show: paths with drives, files that cannot be removed while they are open, how processes
end there, and whether torch starts. That needs the real system.
"""

from __future__ import annotations

import builtins
import importlib
import os
import runpy
import secrets
import signal
import socket
import subprocess
import sys
import threading
import types
from typing import Any

ON_LINUX_ONLY = {
    os: "O_PATH O_TMPFILE memfd_create pidfd_open sched_getaffinity getrandom unshare",
    signal: "pidfd_send_signal SIGSTKFLT SIGPWR SIGPOLL",
    socket: "SOCK_CLOEXEC SOCK_NONBLOCK MSG_CMSG_CLOEXEC MSG_NOSIGNAL SO_PEERCRED",
}
NOT_ON_WINDOWS = {
    os: (
        "fork forkpty setsid getsid killpg wait wait3 wait4 waitid WNOHANG WIFSIGNALED WIFEXITED WTERMSIG "
        "WEXITSTATUS getuid geteuid getgid getegid getgroups setuid setgid setgroups getpgid getpgrp setpgid "
        "getpriority setpriority nice chown lchown fchown fchmod chroot mkfifo mknod sysconf uname statvfs "
        "fstatvfs openpty ctermid getloadavg posix_spawn posix_spawnp sendfile sync ttyname register_at_fork "
        "sched_yield getresuid O_NOFOLLOW O_DIRECTORY O_CLOEXEC O_NONBLOCK O_SYNC"
    ),
    signal: (
        "SIGKILL SIGXCPU SIGXFSZ SIGPIPE SIGHUP SIGALRM SIGCHLD SIGUSR1 SIGUSR2 SIGQUIT SIGSTOP SIGCONT "
        "SIGTSTP SIGBUS SIGTRAP alarm setitimer getitimer pause pthread_kill pthread_sigmask sigwait"
    ),
    socket: "AF_UNIX send_fds recv_fds SCM_RIGHTS CMSG_LEN CMSG_SPACE MSG_DONTWAIT",
}
MODULES_NOT_ON_WINDOWS = "fcntl resource pwd grp termios tty pty readline syslog crypt spwd posix"
WORKER = "torch numpy torch._C._profiler torch.autograd.profiler torch.utils._python_dispatch"
QUICK = (
    "psutil dojo.cli.list dojo.cli.show dojo.cli.hint dojo.cli.reset dojo.cli.overview dojo.views.statement"
)
GRADING = (
    "torch.testing dojo.cli.check dojo.cli.grade dojo.cli.doctor dojo.views.doctor "
    "dojo.attempt dojo.spawnserver dojo.grading.registry "
    "dojo.views.live dojo.views.exercise dojo.views.classes dojo.views.overview dojo.worker.walls"
)
FIRST = {"worker": f"{WORKER} psutil", "quick": QUICK, "grading": f"{QUICK} {WORKER} {GRADING}"}
OURS = ("dojo", "forget", "inert", "limits", "scratch", "session", "walls", "watch", "wire", "__main__")


def main() -> None:
    """Pretend, then run the script."""
    platform, what, script = sys.argv[1:4]
    for name in FIRST[what].split():
        importlib.import_module(name)
    import psutil

    # They know that they are on Linux, and wait and kill as one does there.
    for module in (subprocess, psutil, psutil._psplatform, psutil._psposix, psutil._common):
        module.os, module.signal = _copy(os), _copy(signal)  # type: ignore[attr-defined]
    take_away(platform)
    for name in [n for n in sys.modules if n.partition(".")[0] == "dojo"]:
        del sys.modules[name]
    if what == "grading":
        from dojo import spare

        spare.COMMAND[-1:] = [os.path.abspath(__file__), platform, "worker", spare.COMMAND[-1]]
    sys.argv = sys.argv[3:]
    if script == "-m":
        sys.argv = sys.argv[1:]
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(script, run_name="__main__")


def take_away(platform: str) -> None:
    """Take away what `platform` lacks."""
    missing = [ON_LINUX_ONLY, *([NOT_ON_WINDOWS] if platform == "win32" else [])]
    for module, names in [pair for those in missing for pair in those.items()]:
        for name in names.split():
            if hasattr(module, name):
                delattr(module, name)
    builtins.open = _without_proc(builtins.open)  # type: ignore[assignment]
    if platform == "win32":
        for name in MODULES_NOT_ON_WINDOWS.split():
            sys.modules[name] = None  # type: ignore[assignment]
        os.open, os.rename = _no_folders(os.open), _never_over_another(os.rename)  # type: ignore[assignment]
        socket.socketpair = _socketpair  # type: ignore[assignment]
        socket.socket.share, socket.fromshare = _share, _fromshare  # type: ignore[attr-defined]
    else:
        os.fork = _no_fork  # it is there, and must not be used once torch has started threads
    sys.platform = platform


def _copy(module: types.ModuleType) -> types.ModuleType:
    copy = types.ModuleType(module.__name__)
    copy.__dict__.update(module.__dict__)
    return copy


def _no_fork() -> int:
    raise AssertionError("forked where that is not safe")


def _without_proc(real: Any) -> Any:
    def open(file: Any, *rest: Any, **more: Any) -> Any:
        caller = sys._getframe(1).f_globals.get("__name__", "").partition(".")[0]
        if caller in OURS and str(file).startswith(("/proc", "/sys")):
            raise FileNotFoundError(2, "there is no /proc on this system", str(file))
        return real(file, *rest, **more)

    return open


def _no_folders(real: Any) -> Any:
    def open(path: Any, *rest: Any, **more: Any) -> int:
        if sys._getframe(1).f_globals.get("__name__", "").startswith("dojo") and os.path.isdir(path):
            raise PermissionError(13, "folders cannot be opened", str(path))
        number: int = real(path, *rest, **more)
        return number

    return open


def _never_over_another(real: Any) -> Any:
    def rename(source: Any, target: Any, **more: Any) -> None:
        if os.path.lexists(target):
            raise FileExistsError(17, "there is such a file already", str(target))
        real(source, target, **more)

    return rename


# -- sockets of Windows --------------------------------------------------------------------------------

_unix, _socket, _send, _receive = (
    socket.AF_UNIX,
    socket.socket,
    socket.send_fds,
    socket.recv_fds,
)


def _socketpair() -> tuple[socket.socket, socket.socket]:
    """Two sockets that are connected through the loopback interface, as Windows makes them."""
    with _socket(socket.AF_INET) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        one = _socket(socket.AF_INET)
        one.connect(listener.getsockname())
        other, _ = listener.accept()
    return one, other


def _share(self: socket.socket, pid: int) -> bytes:
    """Bytes from which the process with this number can make the same socket, and no other process."""
    name = b"\0dojo-pretend-" + secrets.token_hex(8).encode()
    listener = _socket(_unix)
    listener.bind(name)
    listener.listen(1)
    mine = self.dup()

    def serve() -> None:
        with listener, mine, listener.accept()[0] as connection:
            peer = connection.getsockopt(socket.SOL_SOCKET, 17, 12)  # SO_PEERCRED
            if int.from_bytes(peer[:4], "little") == pid:
                _send(connection, [b"x"], [mine.fileno()])

    threading.Thread(target=serve, daemon=True).start()
    return name


def _fromshare(data: bytes) -> socket.socket:
    with _socket(_unix) as connection:
        connection.connect(data)
        _, (number,), _, _ = _receive(connection, 1, 1)
    return _socket(fileno=number)


if __name__ == "__main__":
    main()
