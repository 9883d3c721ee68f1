"""The look of a terminal: its width, its signs, all of them printable there, and its boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text


@dataclass(frozen=True)
class Look:
    """The signs of one terminal, all of them printable there, and the width to keep to."""

    width: int
    plain: bool = False  # no boxes, one fact a line: for logs and screen readers
    ascii: bool = False

    def _pick(self, sign: str, plain: str) -> str:
        return plain if self.ascii else sign

    @property
    def inner(self) -> int:
        """The columns inside a card."""
        return self.width - (4 if self.plain else 6)

    @property
    def dot(self) -> str:
        """Between two facts on one line."""
        return self._pick("\u00b7", "-")

    @property
    def ellipsis(self) -> str:
        """Where something was cut."""
        return self._pick("\u2026", "...")

    @property
    def times(self) -> str:
        """Between the sizes of a shape."""
        return self._pick("\u00d7", "x")

    def mark(self, state: str) -> Text:
        """One sign for a verdict or a state; the word always stands beside it."""
        signs = {
            "passed": ("\u2713", "+", "passed"),
            "not_started": ("\u25cb", ".", "muted"),
            "tried": ("\u25d0", "~", "tried"),
            "kit_error": ("!", "!", "tried"),
        }
        sign, plain, style = signs.get(state, ("\u2717", "x", "failed"))
        return Text(self._pick(sign, plain), style)

    def difficulty(self, level: int) -> Text:
        """Five dots, as many filled as the exercise is hard."""
        full, empty = self._pick("\u25cf", "*"), self._pick("\u25cb", ".")
        return Text.assemble((full * level, "accent"), (empty * (5 - level), "muted"))

    def bar(self, part: int, whole: int, width: int) -> Text:
        """A progress bar; never full before everything is done, never empty once something is."""
        filled = 0 if whole <= 0 else width * part // whole
        if part > 0 and width > 1:
            filled = max(filled, 1)
        return Text.assemble(
            (self._pick("\u2501", "#") * filled, "accent"),
            (self._pick("\u2500", "-") * (width - filled), "muted"),
        )

    def card(
        self, left: Text, right: Text, body: Sequence[RenderableType], footer: Text | None = None
    ) -> RenderableType:
        """A rounded box with a heading at the left and a fact at the right; in plain look only an indent."""
        if self.plain:
            tail = [Padding(footer, (0, 0, 0, 2))] if footer and footer.plain else []
            sides = [part for part in (left, right) if part.plain]
            return Group(Text("  ").join(sides), Padding(Group(*body), (0, 0, 0, 2)), *tail)
        line = "-" if self.ascii else "\u2500"
        room = self.width - 6
        left = left.copy()
        left.truncate(max(8, room - right.cell_len - 3))
        fill = max(1, room - left.cell_len - right.cell_len - 2)
        title = Text.assemble(left, " ", (line * fill, "frame"), " ", right)
        return Panel(
            Group(*body),
            box=box.ASCII if self.ascii else box.ROUNDED,
            width=self.width,
            padding=(1, 2),
            title=title if right.plain else left,
            title_align="left",
            subtitle=footer,
            subtitle_align="right",
            border_style="frame",
        )
