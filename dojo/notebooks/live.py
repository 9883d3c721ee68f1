"""What a kernel knows of its notebook: the cells that were run, and the file, where the editor names it."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

_NOTED = "_dojo_runs"  # where a shell keeps the list, so that a reloaded module finds it again


@dataclass(frozen=True)
class Run:
    """A cell as it was run: what the editor calls it, where it says so, its text, and when."""

    cell: str | None
    source: str
    time: float


def watch(shell: Any) -> list[Run]:
    """Note from now on what `shell` runs. Returns the list that grows.

    What ran before is in its history, without ids: it counts as run now, in the order in which it was.
    """
    noted: list[Run] | None = getattr(shell, _NOTED, None)
    if noted is not None:
        return noted
    now = time.time()
    before = list(getattr(getattr(shell, "history_manager", None), "input_hist_raw", []))
    runs = [Run(None, source, now) for source in before if source.strip()]
    if runs:
        runs[-1] = replace(runs[-1], cell=_current_cell(shell))
    shell.events.register("pre_run_cell", lambda info: _note(runs, info))
    setattr(shell, _NOTED, runs)
    return runs


def _note(runs: list[Run], info: Any) -> None:
    source, cell = getattr(info, "raw_cell", None), getattr(info, "cell_id", None)
    # What an editor runs for itself is not kept in the history.
    if isinstance(source, str) and source.strip() and getattr(info, "store_history", True):
        runs.append(Run(cell if isinstance(cell, str) else None, source, time.time()))


def _current_cell(shell: Any) -> str | None:
    """The id of the cell that is running, from the request that the editor has sent."""
    try:
        cell = shell.kernel.get_parent("shell")["metadata"]["cellId"]
    except Exception:  # no kernel, an old one, or an editor that does not tell
        return None
    return cell if isinstance(cell, str) else None


def notebook_file(shell: Any) -> Path | None:
    """The file of the running notebook, where the editor has told it and it is there."""
    if os.environ.get("NBGRADER_EXECUTION"):
        return None  # all cells are run, and what the variable names may be a notebook around this one
    name = getattr(shell, "user_ns", {}).get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME")
    path = Path(str(name or ""))
    return path if path.suffix == ".ipynb" and path.is_file() else None


def saved_cells(path: Path | None) -> tuple[list[dict[str, Any]], float]:
    """The cells of a notebook's file, and when it was saved; none where there is no file or it is damaged."""
    if path is None:
        return [], 0.0
    try:
        when = path.stat().st_mtime
        return [plain_cell(cell) for cell in json.loads(path.read_bytes())["cells"]], when
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return [], 0.0


def plain_cell(cell: dict[str, Any]) -> dict[str, Any]:
    """A cell with its text in one piece and without outputs."""
    source = cell.get("source", "")
    text = source if isinstance(source, str) else "".join(source)
    return cell | {"source": text} | ({"outputs": []} if cell["cell_type"] == "code" else {})
