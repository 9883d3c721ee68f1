"""The set-up that `make` runs first: it builds `.venv` whole or not at all, and touches no other."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parent.parent / "scripts"

# Stands in for uv: notes its arguments, then behaves as the test asks. No test reaches the network.
FAKE_UV = """#!/bin/sh
echo "$*" >> "$FAKE_LOG"
echo $$ > "$FAKE_LOG.pid"
{behaviour}
"""


class Kit:
    """A folder with the set-up's scripts and its inputs, and a fake uv to install with."""

    def __init__(self, root: Path) -> None:
        self.root = root / "a kit"  # a space in the path, as students have
        self.bin = root / "bin"
        self.log = root / "uv.log"
        self.bin.mkdir()
        shutil.copytree(SCRIPTS, self.root / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
        (self.root / "pyproject.toml").write_text("[project]\n")
        (self.root / "constraints.txt").write_text("torch==2.13.0\n")
        self.venv = self.root / ".venv"
        self.ready = self.venv / ".dojo-ready"
        self.uv()

    def uv(self, behaviour: str = "exit 0") -> None:
        """Makes the fake uv end with these lines of shell."""
        fake = self.bin / "uv"
        fake.write_text(FAKE_UV.format(behaviour=behaviour))
        fake.chmod(0o755)

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Starts the set-up as make does."""
        env = {
            **{name: value for name, value in os.environ.items() if name != "TORCH_INDEX"},
            "PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}",
            "PYTHON": sys.executable,
            "FAKE_LOG": str(self.log),
            **environment,
        }
        return subprocess.Popen(
            ["/bin/sh", "scripts/bootstrap.sh", *arguments],
            cwd=self.root,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments: str, **environment: str) -> tuple[int, str]:
        """Runs the set-up to its end; its exit status and all that it printed."""
        process = self.start(*arguments, **environment)
        output, _ = process.communicate(timeout=60)
        return process.returncode, output

    def installs(self) -> list[str]:
        """The arguments of every call of the fake uv so far."""
        return self.log.read_text().splitlines() if self.log.exists() else []


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    return Kit(tmp_path)


def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Waits for something that another process does."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    """Whether a process of this number runs; one that only waits to be reaped does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_first_run_builds_and_the_second_does_nothing(kit: Kit) -> None:
    code, output = kit.run()
    assert code == 0, output
    assert "Building .venv" in output and ".venv is ready" in output
    assert kit.ready.exists() and not (kit.venv / ".dojo-building").exists()
    assert (kit.venv / "bin" / "python").exists()
    first = kit.installs()
    assert first[-1].endswith("--no-build-isolation --editable .")
    assert all("--constraint constraints.txt" in line for line in first)

    started = time.monotonic()
    assert kit.run() == (0, "")
    assert time.monotonic() - started < 5
    assert kit.installs() == first


def test_failed_install_leaves_nothing(kit: Kit) -> None:
    kit.uv("echo 'no network' >&2; exit 1")
    code, output = kit.run()
    assert code == 1
    assert "no network" in output and "could not be built, and nothing of it is left" in output
    assert "Traceback" not in output
    assert not kit.venv.exists() and not (kit.root / ".venv.discarded").exists()


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_nothing_and_ends_the_installer(kit: Kit, signum: signal.Signals) -> None:
    kit.uv("sleep 300 & wait")
    process = kit.start()
    pid_file = Path(f"{kit.log}.pid")
    until(lambda: pid_file.exists() and pid_file.read_text().strip() != "")
    assert (kit.venv / ".dojo-building").exists()
    process.send_signal(signum)
    output, _ = process.communicate(timeout=30)  # returns only when the sleep has closed the pipe as well
    assert process.returncode == 128 + signum, output
    assert "Stopped" in output and "Traceback" not in output
    assert not kit.venv.exists()
    assert not alive(int(pid_file.read_text()))


def test_a_killed_run_is_cleaned_up_by_the_next(kit: Kit) -> None:
    kit.venv.mkdir()
    (kit.venv / ".dojo-building").touch()
    (kit.venv / "half").touch()
    code, output = kit.run()
    assert code == 0 and "half-made" in output
    assert kit.ready.exists() and not (kit.venv / "half").exists()


def test_changed_constraints_update_in_place(kit: Kit) -> None:
    kit.run()
    (kit.venv / "kept").touch()
    (kit.root / "constraints.txt").write_text("torch==2.13.1\n")
    before = len(kit.installs())
    code, output = kit.run()
    assert code == 0 and "requirements have changed" in output
    assert len(kit.installs()) > before and (kit.venv / "kept").exists()
    assert kit.run() == (0, "")


def test_failed_update_keeps_the_environment_and_tries_again(kit: Kit) -> None:
    kit.run()
    (kit.root / "constraints.txt").write_text("torch==2.13.1\n")
    kit.uv("exit 1")
    code, output = kit.run()
    assert code == 1 and "could not be updated" in output
    assert kit.ready.exists() and (kit.venv / "bin" / "python").exists()
    kit.uv()
    code, output = kit.run()
    assert code == 0 and "updating .venv" in output


def test_dev_tools_are_added_once_and_kept(kit: Kit) -> None:
    kit.run()
    code, output = kit.run("--dev")
    assert code == 0 and "Adding the tools" in output
    assert kit.installs()[-1].endswith("--editable .[dev]")
    assert kit.run("--dev") == (0, "")
    assert kit.run() == (0, "")
    (kit.root / "constraints.txt").write_text("torch==2.13.1\n")
    kit.run()
    assert kit.installs()[-1].endswith("--editable .[dev]")


def test_the_fuzzer_is_added_to_what_is_there(kit: Kit) -> None:
    kit.run("--dev")
    code, output = kit.run("--fuzz")
    assert code == 0 and "Adding the tools" in output
    assert kit.installs()[-1].endswith("--editable .[dev,fuzz]")
    assert kit.run("--dev") == kit.run("--fuzz") == kit.run() == (0, "")


def test_torch_alone_comes_from_its_own_index(kit: Kit) -> None:
    code, output = kit.run(TORCH_INDEX="file:///torch")
    assert code == 0 and "gigabytes" not in output
    named = [line for line in kit.installs() if "file:///torch" in line]
    assert len(named) == 1 and named[0].endswith("--no-deps torch")
    assert kit.run() == (0, "")  # remembered
    code, output = kit.run(TORCH_INDEX="file:///other")
    assert code == 0 and "index you named" in output
    assert any("file:///other --no-deps --force-reinstall torch" in line for line in kit.installs())


@pytest.mark.parametrize("entry", ["a folder", "a link"])
def test_a_foreign_venv_is_left_alone(kit: Kit, entry: str, tmp_path: Path) -> None:
    if entry == "a folder":
        kit.venv.mkdir()
    else:
        (tmp_path / "elsewhere").mkdir()
        kit.venv.symlink_to(tmp_path / "elsewhere")
    (kit.venv / "pyvenv.cfg").write_text("home = elsewhere\n")
    code, output = kit.run()
    assert code == 1
    assert output == (
        "There is a .venv here that make did not build. Move it away or delete it, then run make again.\n"
    )
    assert (kit.venv / "pyvenv.cfg").read_text() == "home = elsewhere\n"


def test_a_moved_folder_is_built_anew(kit: Kit, tmp_path: Path) -> None:
    kit.run()
    kit.root = kit.root.rename(tmp_path / "moved")
    # As from an activated .venv: the Python that runs the set-up lies in the folder that it removes.
    code, output = kit.run(PYTHON=str(kit.root / ".venv" / "bin" / "python"))
    assert code == 0, output
    assert "moved or copied" in output
    assert json.loads((kit.root / ".venv" / ".dojo-ready").read_text())["root"] == str(kit.root)


def test_a_vanished_python_is_noticed(kit: Kit) -> None:
    kit.run()
    python = kit.venv / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python3")
    code, output = kit.run(PYTHON="")
    assert code == 0 and "is gone" in output
    assert python.exists()


def test_two_at_once_build_once(kit: Kit) -> None:
    kit.uv("sleep 0.3")
    processes = [kit.start(), kit.start()]
    outputs = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outputs
    assert sum("Building .venv" in output for output in outputs) == 1
    assert len([line for line in kit.installs() if "--editable" in line]) == 1


def test_a_python_that_is_too_old_gets_one_sentence(kit: Kit) -> None:
    old = kit.bin / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.8.10 && exit 0\nexit 1\n')
    old.chmod(0o755)
    code, output = kit.run(PATH=str(kit.bin), PYTHON="")
    assert code == 1
    assert output.startswith("Backprop Dojo needs Python 3.10 or newer, and python3 here is: Python 3.8.10.")
    assert output.count("\n") == 1
    assert not kit.venv.exists()


def test_no_python_at_all_gets_one_sentence(kit: Kit) -> None:
    code, output = kit.run(PATH=str(kit.bin), PYTHON="")
    assert code == 1
    assert "python3 here is: none that starts." in output
    assert output.count("\n") == 1
