"""A line that says that a check takes a while, and vanishes when it is done."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from dojo.notebooks.outcome import execution


class Waiting:
    """Shown in a notebook that somebody looks at, once `show` is called; gone at the end of the block."""

    def __init__(self, shell: Any, text: str) -> None:
        self._text = text
        self._possible = hasattr(shell, "kernel") and not execution()
        vs_code = "__vsc_ipynb_file__" in getattr(shell, "user_ns", {})
        self._nothing = {"text/plain": ""} if vs_code else {}  # which VS Code would call unknown
        self._handle: Any = None

    def __enter__(self) -> Waiting:
        return self

    def show(self) -> None:
        """Show the line."""
        if self._possible:
            from IPython.display import display

            self._handle = display({"text/plain": self._text}, raw=True, display_id=True)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._handle is not None:
            self._handle.update(self._nothing, raw=True)
