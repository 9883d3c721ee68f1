"""Jupyter for tests: what is missing here, folders and ports of a test's own, a server, a browser.

A test that needs any of it is marked with one of the marks below, so that it skips with a reason where
that is not installed; CI installs all of it. Nothing is read from or written to the home of whoever runs
the tests, and nothing but what a test has started is ended.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
ARTEFACTS = ROOT / "build" / "screenshots"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
START_SECONDS = 120.0  # until a server answers, on a busy machine
END_SECONDS = 15.0  # for a server to end its kernels and itself

# -- what is missing


def missing(*modules: str, browser: bool = False) -> str:
    """Why tests that import these modules, or need a browser, cannot run here; empty where they can."""
    absent = [name for name in modules if importlib.util.find_spec(name) is None]
    if browser and importlib.util.find_spec("playwright") is None:
        absent.append("playwright")
    if absent:
        return f"{' and '.join(absent)} cannot be imported: make test installs the tools (the extra dev)"
    if browser and CHROMIUM is None:
        return "there is no Chromium here; on Debian and Ubuntu: sudo apt install chromium"
    return ""


def needs(*modules: str, browser: bool = False) -> pytest.MarkDecorator:
    """A mark: the test skips where one of these is missing, and says which."""
    why = missing(*modules, browser=browser)
    return pytest.mark.skipif(bool(why), reason=why or "all is there")


needs_kernel = needs("ipykernel", "nbclient", "nbformat")
needs_nbgrader = needs("nbgrader", "ipykernel")
needs_lab = needs("jupyterlab", "ipykernel", browser=True)
needs_formgrader = needs("nbgrader", "jupyterlab", "ipykernel", browser=True)

# -- a home of one's own


def environment(folder: Path, **more: str) -> dict[str, str]:
    """The environment for Jupyter's and nbgrader's commands: their folders below `folder`, no warm server.

    Kernels and extensions come from the environment that runs the tests, and `dojo` from this tree.
    """
    places = {
        "HOME": "home",
        "JUPYTER_CONFIG_DIR": "jupyter/config",
        "JUPYTER_DATA_DIR": "jupyter/data",
        "JUPYTER_RUNTIME_DIR": "jupyter/runtime",
        "JUPYTERLAB_SETTINGS_DIR": "jupyter/lab/settings",
        "JUPYTERLAB_WORKSPACES_DIR": "jupyter/lab/workspaces",
        "IPYTHONDIR": "ipython",
    }
    for name in places.values():
        (folder / name).mkdir(parents=True, exist_ok=True)
    quiet = folder / places["JUPYTERLAB_SETTINGS_DIR"] / "@jupyterlab" / "apputils-extension"
    quiet.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True})
    (quiet / "notification.jupyterlab-settings").write_text(text)  # nothing pops up over the page
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "JPY_"))}
    return {
        **kept,
        **{variable: str(folder / name) for variable, name in places.items()},
        "JUPYTER_PREFER_ENV_PATH": "1",
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
        "PYTHONPATH": str(ROOT),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # or the debugger says on stderr what it thinks of our modules
        "DOJO_WARM": "0",
        **more,
    }


# -- a server


@dataclass(frozen=True)
class Server:
    """A Jupyter server that answers. `log` is what it has said so far."""

    url: str  # with a slash at the end
    token: str
    pid: int
    folder: Path
    log: Path

    def address(self, path: str) -> str:
        """The address of a page, with the token: `lab/tree/a.ipynb`."""
        return f"{self.url}{path}{'&' if '?' in path else '?'}token={self.token}"


@contextlib.contextmanager
def server(folder: Path, environ: dict[str, str], *options: str) -> Iterator[Server]:
    """A JupyterLab server over `folder` (with the classic notebook and nbgrader where they are installed).

    It takes a free port of its own choice, and is gone with its kernels when the block ends.
    """
    runtime = Path(environ["JUPYTER_RUNTIME_DIR"])
    log, token = runtime / "server.log", secrets.token_hex(16)
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *("--ServerApp.ip=127.0.0.1", "--ServerApp.port=0", f"--ServerApp.root_dir={folder}"),
        *(f"--IdentityProvider.token={token}", "--ServerApp.terminals_enabled=False"),
        "--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",  # nothing asks the network
        *options,
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=environ, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    try:
        yield Server(_answering(process, runtime, token, log), token, process.pid, folder, log)
    finally:
        end(process)


def _answering(process: subprocess.Popen[bytes], runtime: Path, token: str, log: Path) -> str:
    """The address of the server, once it answers."""
    note, deadline = runtime / f"jpserver-{process.pid}.json", time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError, ValueError):
            url = str(json.loads(note.read_text())["url"])
            request = urllib.request.Request(f"{url}api/status", headers={"Authorization": f"token {token}"})
            with urllib.request.urlopen(request, timeout=10) as answer:
                if answer.status == 200:
                    return url
        time.sleep(0.05)
    raise AssertionError(f"the Jupyter server did not start:\n{log.read_text(errors='replace')[-4000:]}")


def end(process: subprocess.Popen[Any]) -> None:
    """End a process that we have started and everything below it, kernels too."""
    import psutil

    family: list[psutil.Process] = []
    with contextlib.suppress(psutil.NoSuchProcess):
        family = psutil.Process(process.pid).children(recursive=True)
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(END_SECONDS)
    for each in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            each.kill()
    if process.poll() is None:
        process.kill()
    process.wait()


# -- a browser


@contextlib.contextmanager
def browser() -> Iterator[Any]:
    """Playwright's context, in the system's Chromium without a window: `new_page()` gives a page.

    Its time limits are for a busy machine; Playwright's own are half a minute.
    """
    from playwright.sync_api import sync_playwright

    options = ["--disable-dev-shm-usage"]  # /dev/shm is small in containers
    if os.geteuid() == 0:
        options.append("--no-sandbox")  # Chromium does not start as root with it
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        try:
            context = chromium.new_context(viewport={"width": 1200, "height": 900})
            context.set_default_timeout(START_SECONDS * 1000)
            yield context
        finally:
            chromium.close()


def screenshot(page: Any, name: str) -> Path:
    """Keep what the page shows as build/screenshots/<name>.png."""
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    path = ARTEFACTS / f"{name}.png"
    page.screenshot(path=str(path), full_page=True)
    return path


def open_notebook(page: Any, jupyter: Server, path: str) -> None:
    """Open a notebook in JupyterLab in a page, and wait until its kernel is idle."""
    page.goto(jupyter.address(f"lab/tree/{path}?reset"))
    page.locator(".jp-Notebook .jp-Cell").first.wait_for()
    page.locator("#jp-main-statusbar").get_by_text("| Idle").wait_for()


def run_cell(page: Any, index: int) -> Any:
    """Run the cell at this place, counted from 0, and wait until it is done. Returns the cell's locator."""
    cell = page.locator(".jp-Notebook .jp-Cell").nth(index)
    prompt = cell.locator(".jp-InputPrompt")
    before = prompt.inner_text()
    deadline = time.monotonic() + START_SECONDS
    while (shown := prompt.inner_text()) == before or "*" in shown:
        assert time.monotonic() < deadline, f"cell {index} was not run to its end"
        if shown == before:  # a kernel that is not quite there yet loses what it is asked
            cell.click()
            page.keyboard.press("Control+Enter")
            page.wait_for_timeout(500)
        page.wait_for_timeout(100)
    return cell
