"""How far a long play is, for whoever is watching: the graders report, the engine passes it on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[float, str], None]
_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


def report_progress(share: float, text: str) -> None:
    """In a play: so much of it is done (0 to 1), and a word or two on how it goes ("loss 2.31")."""
    listener = _listener.get()
    if listener is not None:
        listener(min(1.0, max(0.0, share)), text)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Have `listener` hear the reports in the block."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
