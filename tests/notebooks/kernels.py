"""A real kernel that is asked as an editor asks it: with the names that the editor has for its cells."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SECONDS = 120.0  # for one cell, on a busy machine


@dataclass
class Output:
    """What a cell has come to."""

    text: str = ""  # of its result
    html: str = ""
    error: str = ""  # what is shown of an exception
    streams: dict[str, str] = field(default_factory=dict)
    displays: list[dict[str, Any]] = field(default_factory=list)  # and what became of them
    seconds: float = 0.0

    @property
    def calm(self) -> bool:
        """Whether there is nothing but a result: nothing printed, nothing raised."""
        return not self.error and not self.streams


class Kernel:
    """A kernel in a folder."""

    def __init__(self, manager: Any, client: Any) -> None:
        self.manager, self.client = manager, client

    @property
    def pid(self) -> int:
        """Its process."""
        return int(self.manager.provisioner.pid)

    def ask(self, source: str, cell: str | None = None, **content: Any) -> str:
        """Run a cell without waiting for it. Returns the id of the request."""
        asked = {"code": source, "silent": False, "store_history": True, "user_expressions": {}}
        asked |= {"allow_stdin": False, "stop_on_error": False} | content
        metadata = {} if cell is None else {"cellId": cell}
        message = self.client.session.msg("execute_request", asked, metadata=metadata)
        self.client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def run(self, source: str, cell: str | None = None, **content: Any) -> Output:
        """Run a cell to its end."""
        return self.wait(self.ask(source, cell, **content))

    def run_all(self, cells: dict[str, str]) -> dict[str, Output]:
        """Run these cells as JupyterLab does, by their ids."""
        return {name: self.run(source, name) for name, source in cells.items()}

    def wait(self, request: str) -> Output:
        """What the request has come to, once it has."""
        output, began = Output(), time.monotonic()
        while True:
            message = self.client.get_iopub_msg(timeout=SECONDS)
            if message["parent_header"].get("msg_id") != request:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "status" and content["execution_state"] == "idle":
                output.seconds = time.monotonic() - began
                return output
            _take(output, kind, content)

    def restart(self) -> None:
        """Restart it, and wait until it is there."""
        self.manager.restart_kernel(now=True)
        self.client.wait_for_ready(timeout=SECONDS)


def _take(output: Output, kind: str, content: dict[str, Any]) -> None:
    if kind == "execute_result":
        output.text = content["data"]["text/plain"]
        output.html = content["data"].get("text/html", "")
    elif kind == "error":
        output.error = "\n".join(content["traceback"])
    elif kind == "stream":
        output.streams[content["name"]] = output.streams.get(content["name"], "") + content["text"]
    elif kind in ("display_data", "update_display_data"):
        output.displays.append(content["data"])


@contextlib.contextmanager
def kernel(folder: Path, environ: dict[str, str]) -> Iterator[Kernel]:
    """A kernel that runs in `folder`, gone at the end."""
    from jupyter_client.manager import KernelManager

    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(folder), env=environ)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=SECONDS)
        yield Kernel(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
