"""The board that is drawn anew while grading runs: one sign an exercise, what is checked, how far it is."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import Any

from rich.console import Group, RenderableType
from rich.live import Live
from rich.text import Text

from dojo.course import Exercise
from dojo.text import clean, shorten
from dojo.views.console import Screen
from dojo.views.look import Look

FRAMES = "\u280b\u2819\u2839\u2838\u283c\u2834\u2826\u2827\u2807\u280f"
PAUSE = 0.1  # seconds between two drawings
BAR = 14  # columns of the progress bar
ROWS = 14  # more modules than this and only the bar is drawn


class Board:
    """What is known so far. `tell` and the drawing happen in two threads; each sets or reads whole values."""

    def __init__(self, exercises: list[Exercise], submissions: int, look: Look) -> None:
        self.look = look
        self.exercises = exercises
        self.total = len(exercises) * submissions
        self.submissions = submissions
        self.done = 0
        self.number = 0
        self.name = ""
        self.marks: dict[str, str] = {}
        self.running: tuple[str, ...] = ()
        self.progress: tuple[float, str] | None = None  # of a long exercise: the share, a word
        self.began = time.monotonic()
        self.drawing = threading.Lock()
        self._still = False

    def begin(self, name: str) -> None:
        """The next submission comes. Nothing is drawn until its first event."""
        # Grading begins with a fork; one in the middle of a drawing would copy half a frame into the child.
        if not self._still:
            self.drawing.acquire()
            self._still = True
        self.number += 1
        self.name, self.marks, self.running = clean(name, 60), {}, ()

    def take(self, submissions: int) -> None:
        """So many submissions need not be graded: an earlier grading did."""
        self.number += submissions
        self.done += submissions * len(self.exercises)

    def tell(self, kind: str, what: Any) -> None:
        """Take an engine's event: ("start", id), ("progress", (share, text)) or ("done", ExerciseResult)."""
        self.progress = what if kind == "progress" else None
        if kind == "start":
            self.running = (*self.running, str(what))
        elif kind == "done":
            self.running = tuple(name for name in self.running if name != what.id)
            self.marks = self.marks | {what.id: what.verdict.value}
            self.done += 1
        self.go_on()

    def go_on(self) -> None:
        """Draw again after `begin`."""
        if self._still:
            self._still = False
            self.drawing.release()

    def __rich__(self) -> RenderableType:
        lines = self._grid()
        seconds = time.monotonic() - self.began
        spin = "-\\|/"[int(seconds * 8) % 4] if self.look.ascii else FRAMES[int(seconds * 10) % len(FRAMES)]
        line = Text("  ", no_wrap=True).append(spin, "accent").append("  ")
        done, total, count = self.done, self.total, f"  {self.done}/{self.total}"
        if self.progress is not None and self.total == 1:
            done, total, count = round(100 * self.progress[0]), 100, f"  {self.progress[0]:4.0%}"
        bar = BAR if self.look.width >= 60 else 0
        room = self.look.width - line.cell_len - bar - len(count) - 4
        line.append(shorten(self._doing(), room, self.look.ellipsis))
        line.pad_right(room + 7 - line.cell_len)
        line.append_text(self.look.bar(done, total, bar)).append(count, "muted")
        return Group(*lines, Text(), line) if lines else line

    def _doing(self) -> str:
        if not self.number:
            return "loading torch and the graders"
        what = ", ".join(self.running) if self.running else "checking"
        if self.progress is not None:
            what += f": {clean(self.progress[1], 40)}"
        return f"{self.name} ({self.number} of {self.submissions})" if self.submissions > 1 else what

    def _grid(self) -> list[Text]:
        groups: dict[str, list[Exercise]] = {}
        for module, group in groupby(self.exercises, key=lambda e: e.module):
            groups.setdefault(module, []).extend(group)
        if len(groups) > ROWS or len(self.exercises) < 2:
            return []
        lines = []
        for module, group_ in groups.items():
            line = Text("  ", no_wrap=True).append(shorten(module, 22, self.look.ellipsis).ljust(24), "muted")
            for exercise in group_:
                line.append_text(self._sign(exercise.id)).append(" ")
            line.truncate(self.look.width)
            lines.append(line)
        return lines

    def _sign(self, exercise: str) -> Text:
        if exercise in self.marks:
            return self.look.mark(self.marks[exercise])
        if exercise in self.running:
            return Text("o" if self.look.ascii else "\u25cc", "accent")
        return Text(" " if self.look.ascii else "\u00b7", "muted")


@contextmanager
def watching(screen: Screen, exercises: list[Exercise], submissions: int) -> Iterator[Board | None]:
    """Draw the board while the block runs, then take it away. Without a terminal nothing is drawn."""
    if not screen.is_terminal or screen.is_dumb_terminal or screen.look.plain:
        yield None
        return
    board = Board(exercises, submissions, screen.look)
    ended = threading.Event()
    with Live(get_renderable=board.__rich__, console=screen, auto_refresh=False, transient=True) as live:
        ticker = threading.Thread(target=_tick, args=(board, live, ended), daemon=True)
        ticker.start()
        try:
            yield board
        finally:
            board.go_on()
            ended.set()
            ticker.join()


def _tick(board: Board, live: Live, ended: threading.Event) -> None:
    while not ended.wait(PAUSE):
        with board.drawing:
            live.refresh()
