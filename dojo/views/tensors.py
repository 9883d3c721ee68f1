"""Tensors as small pictures: a heading with name, shape and dtype, and aligned numbers between brackets."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Any

from rich.text import Text

from dojo.text import clean
from dojo.verdict import Shown
from dojo.views.grids import Grid, grids
from dojo.views.look import Look
from dojo.views.numbers import Notation
from dojo.views.values import (
    MOST_ROWS,
    at,
    entries,
    facts,
    is_short,
    one_line,
    plain_value,
)

GAP = 4  # columns between two pictures side by side

Block = list[Text]


def width_of(block: Block) -> int:
    """The columns that a block takes."""
    return max((line.cell_len for line in block), default=0)


def flow(blocks: list[Block], width: int) -> list[Text]:
    """The blocks in rows, as many side by side as fit into `width`; an empty line between two rows."""
    rows: list[list[Block]] = []
    for block in blocks:
        if rows and sum(width_of(b) + GAP for b in rows[-1]) + width_of(block) <= width:
            rows[-1].append(block)
        else:
            rows.append([block])
    lines: list[Text] = []
    for row in rows:
        if lines:
            lines.append(Text())
        for i in range(max(len(block) for block in row)):
            line = Text(no_wrap=True)
            for block in row:
                cell = block[i].copy() if i < len(block) else Text()
                cell.pad_right(width_of(block) + GAP - cell.cell_len)
                line.append_text(cell)
            line.rstrip()
            lines.append(line)
    return lines


@dataclass(frozen=True)
class Painter:
    """Draws values in one notation. Entries that a mask marks get `style`, and a star if that is "wrong"."""

    look: Look
    width: int
    notation: Notation
    style: str = "wrong"

    def picture(self, name: str, shown: Shown, mask: Any = None, text: str | None = None) -> Block:
        """One value: a heading and its numbers, or `name = value` where it is a short scalar.

        text: how to write it on one line, if not as usual.
        """
        title = Text.assemble((name, "strong"), no_wrap=True)
        values = shown.values
        if text is None:
            text = one_line(shown)
        if is_short(shown, text, mask) and len(name) + 3 + len(text) < self.width:
            return [title.append(" = ", "muted").append_text(self._marked(text, mask))]
        title.append(f"  {facts(shown, self.look.times)}".rstrip(), "muted")
        if shown.kind == "tensor":
            drawn = self._tensor(values, mask)
        elif shown.kind in ("code", "text"):
            drawn = self._prose(clean(values, 2000, MOST_ROWS), mask)
        else:
            drawn = self._value(values, mask)
        if shown.cut:
            count = len(entries(values))
            drawn.append(
                Text(f"{self.look.ellipsis} only the first {count} are shown", "muted", no_wrap=True)
            )
        return [title, *drawn]

    def _marked(self, text: str, mask: Any) -> Text:
        if mask is not True:
            return Text(text)
        return Text(text + ("*" if self.style == "wrong" else ""), self.style)

    def _tensor(self, values: Any, mask: Any) -> Block:
        if not isinstance(values, list):
            return [self._marked(self.notation.write(values), mask)]
        lines: Block = []
        for grid in grids(values, mask, self.notation.write):
            if not grid.rows:
                lines.append(Text(f"{self.look.ellipsis} {grid.hidden} more", "muted"))
                continue
            if grid.index:
                lines.append(Text(f"[{', '.join(map(str, grid.index))}]", "muted"))
            lines += self._matrix(grid)
        return lines or [Text("no entries", "muted")]

    def _matrix(self, grid: Grid) -> Block:
        star = int(self.style == "wrong" and grid.marked)  # a column for the stars
        size = grid.size + star
        full = max(len(row) for row in grid.rows)
        fit = max(1, min(full, (self.width - 2 - len(self.look.ellipsis)) // (size + 2)))
        lines = []
        for i, row in enumerate(grid.rows):
            line = Text(no_wrap=True)
            for j, (text, marked) in enumerate(row[:fit]):
                cell = self._marked(text, marked)
                after = 0 if marked else star
                line.append(" " * (size - cell.cell_len - after + (2 if j else 0)))
                line.append_text(cell).append(" " * after)
            if grid.wider or full > fit:
                line.append("  " + self.look.ellipsis, "muted")
            lines.append(self._bracket(line, i, len(grid.rows) + bool(grid.hidden)))
        if grid.hidden:
            more = Text(f"{self.look.ellipsis} {grid.hidden} more rows", "muted", no_wrap=True)
            bar = self._bars(len(grid.rows), len(grid.rows) + 1)[0]
            lines.append(Text.assemble((bar + " ", "muted"), more))
        return lines

    def _bracket(self, line: Text, i: int, count: int) -> Text:
        left, right = self._bars(i, count)
        return Text.assemble((left + " ", "muted"), line, (" " + right, "muted"), no_wrap=True)

    def _bars(self, i: int, count: int) -> tuple[str, str]:
        if self.look.ascii or count == 1:
            return "[", "]"
        return {0: ("\u256d", "\u256e"), count - 1: ("\u2570", "\u256f")}.get(i, ("\u2502", "\u2502"))

    def _value(self, values: Any, mask: Any) -> Block:
        if isinstance(values, dict):
            lines: Block = []
            for key, value in list(values.items())[:MOST_ROWS]:
                line = Text.assemble((clean(key, 24) + ": ", "muted"), no_wrap=True)
                text = clean(value, 200) if isinstance(value, str) else plain_value(value)
                line.append_text(self._marked(text, mask is True or at(mask, key) is True or None))
                line.truncate(self.width)
                lines.append(line)
            return lines
        if isinstance(values, list) and values:
            if all(isinstance(v, list) for v in values):
                return self._tensor(values, mask)
            if isinstance(mask, list):
                return self._tensor(values, mask)
        return self._prose(plain_value(values), mask)

    def _prose(self, text: str, mask: Any) -> Block:
        room = max(12, self.width - 1)
        pieces = [piece for line in text.split("\n") for piece in textwrap.wrap(line, room) or [""]]
        return [*(self._marked(piece, None) for piece in pieces[:-1]), self._marked(pieces[-1], mask)]
