"""The numbers of a tensor as grids of written entries, cut to what can be taken in; views draw them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from dojo.views.values import MOST_COLUMNS, MOST_ROWS, MOST_SLICES, at, depth, entries

Cell = tuple[str, bool]  # an entry as it is written, and whether the mask marks it


@dataclass(frozen=True)
class Grid:
    """One matrix, or the place of slices that are not shown: then without rows.

    index:  where it stands in a tensor of more axes, empty for the whole.
    hidden: how many rows, or slices, follow that are not shown; `wider` says the same of columns.
    """

    index: list[int]
    rows: list[list[Cell]]
    hidden: int = 0
    wider: bool = False

    @property
    def marked(self) -> bool:
        """Whether the mask marks any entry."""
        return any(marked for row in self.rows for _, marked in row)

    @property
    def size(self) -> int:
        """The characters of the longest entry."""
        return max((len(text) for row in self.rows for text, _ in row), default=1)


def grids(
    values: list[Any], mask: Any, write: Callable[[Any], str], index: list[int] | None = None
) -> Iterator[Grid]:
    """The matrices of nested lists, in order; none where there are no entries. `write` writes an entry."""
    index = index or []
    if not entries(values):
        return
    deep = depth(values)
    if deep < 3:
        rows, masks = (values, mask) if deep == 2 else ([values], [mask])
        yield _grid(rows, masks, write, index)
        return
    for i, part in enumerate(values[:MOST_SLICES]):
        inner = part if isinstance(part, list) else [part]
        yield from grids(inner, at(mask, i), write, [*index, i])
    if len(values) > MOST_SLICES:
        yield Grid(index, [], len(values) - MOST_SLICES)


def _grid(rows: list[Any], masks: Any, write: Callable[[Any], str], index: list[int]) -> Grid:
    listed = [row if isinstance(row, list) else [row] for row in rows]
    cells = [
        [(write(value), at(at(masks, i), j) is True) for j, value in enumerate(row[:MOST_COLUMNS])]
        for i, row in enumerate(listed[:MOST_ROWS])
    ]
    wider = any(len(row) > MOST_COLUMNS for row in listed)
    return Grid(index, cells, len(listed) - len(cells), wider)
