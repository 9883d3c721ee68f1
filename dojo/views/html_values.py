"""Values as HTML: a heading with name, shape and dtype, and the numbers in a table of characters.

The table is preformatted text, aligned by spaces, with the roles of a table on top: it reads the same after
every style was taken away, and a screen reader still finds rows and cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dojo.text import clean
from dojo.verdict import Shown
from dojo.views.grids import Grid, grids
from dojo.views.markup import Html, join, pre, tag
from dojo.views.numbers import Notation
from dojo.views.values import MOST_ROWS, at, entries, facts, is_short, one_line, plain_value

ELLIPSIS = "\u2026"


@dataclass(frozen=True)
class Drawing:
    """Draws values in one notation. Marked entries look like `style`, with a star if that is "wrong"."""

    notation: Notation
    style: str = "wrong"

    def picture(self, name: str, shown: Shown, mask: Any = None, text: str | None = None) -> Html:
        """One value: a heading and its numbers, or `name = value` where it is short.

        text: how to write it on one line, if not as usual.
        """
        title = tag("code", "code strong", name)
        text = one_line(shown) if text is None else text
        if is_short(shown, text, mask):
            value = tag("code", "code", self._marked(text, mask is True))
            return tag("div", "block", title, tag("span", "faint", " = "), value)
        parts = [tag("div", "", title, " ", tag("span", "faint", facts(shown)))]
        parts += self._drawn(shown, mask)
        if shown.cut:
            parts.append(_note(f"{ELLIPSIS} only the first {len(entries(shown.values))} are shown"))
        return tag("div", "block", *parts)

    def _drawn(self, shown: Shown, mask: Any) -> list[Html]:
        values = shown.values
        if shown.kind in ("code", "text"):
            return [self._prose(clean(values, 2000, MOST_ROWS), mask)]
        if isinstance(values, dict):
            return [self._pairs(values, mask)]
        listed = isinstance(values, list)
        nested = listed and values and (all(isinstance(v, list) for v in values) or isinstance(mask, list))
        if listed and (nested or shown.kind == "tensor"):
            drawn = [_grid(self, grid) for grid in grids(values, mask, self.notation.write)]
            return [tag("div", "slices", *drawn) if drawn else _note("no entries")]
        written = self.notation.write(values) if shown.kind == "tensor" else plain_value(values)
        return [self._prose(written, mask)]

    def _marked(self, text: str, marked: bool) -> Html:
        if not marked:
            return join(text)
        return tag("strong", self.style, text + "*" * (self.style == "wrong"))

    def cell(self, text: str, marked: bool, width: int, stars: bool) -> Html:
        """One entry of a grid, as wide as the others."""
        star = ("*" if marked else " ") if stars else ""
        looks = f"cell {self.style}" if marked else "cell"
        return tag("strong" if marked else "span", looks, f" {text:>{width}}{star} ", role="cell")

    def _pairs(self, values: dict[Any, Any], mask: Any) -> Html:
        lines = []
        for key, value in list(values.items())[:MOST_ROWS]:
            text = clean(value, 200) if isinstance(value, str) else plain_value(value)
            marked = self._marked(text, mask is True or at(mask, key) is True)
            lines.append(join(tag("span", "faint", clean(key, 24) + ": "), marked, "\n"))
        return pre("prose", *lines)

    def _prose(self, text: str, mask: Any) -> Html:
        return pre("prose", self._marked(text, mask is True))


def _grid(drawing: Drawing, grid: Grid) -> Html:
    if not grid.rows:
        return _note(f"{ELLIPSIS} {grid.hidden} more")
    stars = drawing.style == "wrong" and grid.marked
    lines = []
    for row in grid.rows:
        cells = [drawing.cell(text, marked, grid.size, stars) for text, marked in row]
        lines.append(tag("span", "", *cells, f" {ELLIPSIS}" if grid.wider else "", role="row"))
    table = pre("numbers", Html("\n".join(lines)), role="table")
    index = [_note(f"[{', '.join(map(str, grid.index))}]")] if grid.index else []
    more = [_note(f"{ELLIPSIS} {grid.hidden} more rows")] if grid.hidden else []
    return tag("div", "block", *index, table, *more)


def _note(text: str) -> Html:
    return tag("div", "faint", text)
