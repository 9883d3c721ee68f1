"""Figures as plain data: what a plot shows, before anybody decides where it is drawn.

What stands in them may come from a student's code. So every number is checked, every text is made safe to
show, and there is a limit on how much there is of both. Raises FigureError with one sentence.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from dojo.text import clean

POINTS = 10_000  # of one curve, and cells of a heat map
CURVES = 24
VERTICES = 400


class FigureError(Exception):
    """A figure that cannot be drawn, with the reason in one sentence."""


def numbers(values: object, what: str, most: int = POINTS) -> list[float]:
    """`values` as finite floats. `what` names them in the message."""
    if not isinstance(values, Sequence) or isinstance(values, str) or not values:
        raise FigureError(f"{what} should be a list of numbers")
    if len(values) > most:
        raise FigureError(f"{what} has {len(values):,} numbers, more than the {most:,} that fit into a plot")
    if any(type(value) not in (int, float) or not math.isfinite(value) for value in values):
        raise FigureError(f"{what} should hold nothing but finite numbers")
    return [float(value) for value in values]


@dataclass(frozen=True)
class Curve:
    """One line of a plot: `x` and `y` of one length."""

    name: str
    x: list[float]
    y: list[float]

    def __post_init__(self) -> None:
        name = clean(self.name, 40)
        x, y = numbers(self.x, f"the x of {name!r}"), numbers(self.y, f"the y of {name!r}")
        if len(x) != len(y):
            raise FigureError(f"{name!r} has {len(x)} x but {len(y)} y")
        for field_name, value in (("name", name), ("x", x), ("y", y)):
            object.__setattr__(self, field_name, value)


@dataclass(frozen=True)
class Curves:
    """Lines over one pair of axes. `guides`: horizontal lines to compare with, by name."""

    x: str
    y: str
    curves: list[Curve]
    guides: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 1 <= len(self.curves) <= CURVES:
            raise FigureError(f"a plot has 1 to {CURVES} curves, not {len(self.curves)}")


@dataclass(frozen=True)
class HeatMap:
    """A matrix as colours: a list of rows. The largest size of an entry is the darkest; blue is negative."""

    rows: str
    columns: str
    values: list[list[float]]

    def __post_init__(self) -> None:
        if not isinstance(self.values, list) or not self.values:
            raise FigureError("a heat map needs a matrix")
        rows = [numbers(row, f"row {number} of the matrix") for number, row in enumerate(self.values)]
        if len({len(row) for row in rows}) > 1 or len(rows) * len(rows[0]) > POINTS:
            raise FigureError(f"a heat map needs rows of one length and at most {POINTS:,} entries")
        object.__setattr__(self, "values", rows)


@dataclass(frozen=True)
class Vertex:
    """One node of a graph: the numbers of the nodes that it was made from come in `inputs`.

    Bars divide the label into fields where it is drawn as a box.
    """

    label: str
    operation: str = ""
    inputs: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", clean(str(self.label), 80))
        object.__setattr__(self, "operation", clean(str(self.operation), 12))


@dataclass(frozen=True)
class Graph:
    """A directed graph without cycles: inputs come before what is made from them, the root is the last."""

    vertices: list[Vertex]

    def __post_init__(self) -> None:
        if not 1 <= len(self.vertices) <= VERTICES:
            raise FigureError(f"the graph has {len(self.vertices)} nodes; 1 to {VERTICES} can be drawn")
        for number, vertex in enumerate(self.vertices):
            if any(not 0 <= i < number for i in vertex.inputs):
                raise FigureError("the graph is not in order: inputs come before what is made from them")


Figure = Curves | HeatMap | Graph
