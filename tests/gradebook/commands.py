"""nbgrader's command line without its start: imported once, each command a fork of that.

`python commands.py` reads a line of JSON for each command: `argv`, `cwd`, `env` and `output`, a file for all
that it prints. It answers each with a line that holds the exit code.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from people import Someone

MODULES = (
    "nbgrader.apps.nbgraderapp",
    "nbgrader.api",
    "nbgrader.validator",
    "nbconvert.exporters",
    "nbclient",
    "alembic",
    "jsonschema",
)
GRACE = 600.0  # seconds for one command, on a busy machine


class Commands:
    """nbgrader's commands, run one by one."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self._process, self._folder = process, folder
        self._count = 0

    def run(self, *argv: str, cwd: Path, env: dict[str, str]) -> tuple[int, str]:
        """Run `nbgrader ARGV`: its exit code, and what it printed."""
        self._count += 1
        output = self._folder / f"{self._count:02}-{argv[0]}.log"
        wanted = {"argv": argv, "cwd": str(cwd), "env": env, "output": str(output)}
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(wanted) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "nbgrader could not be imported"
        return int(answer), output.read_text(encoding="utf-8", errors="replace")


@contextlib.contextmanager
def commands(folder: Path, someone: Someone) -> Iterator[Commands]:
    """nbgrader, imported, as a user. `folder` takes what the commands print."""
    process = someone.start(__file__, cwd=folder, env=someone.environment(folder), stdin=subprocess.PIPE)
    try:
        yield Commands(process, folder)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(30)


def _serve() -> None:
    for name in MODULES:
        importlib.import_module(name)
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _command(json.loads(line))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def _command(wanted: dict[str, Any]) -> NoReturn:
    code = 70
    try:
        handle = os.open(wanted["output"], os.O_WRONLY | os.O_CREAT, 0o644)
        for stream, source in ((0, os.open(os.devnull, os.O_RDONLY)), (1, handle), (2, handle)):
            os.dup2(source, stream)
        os.environ.clear()
        os.environ.update(wanted["env"])
        os.chdir(wanted["cwd"])
        sys.argv = ["nbgrader", *wanted["argv"]]
        try:
            sys.modules["nbgrader.apps.nbgraderapp"].main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(bool(end.code))
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(BaseException):
            import atexit

            atexit._run_exitfuncs()
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    _serve()
