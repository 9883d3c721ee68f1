"""Figures in the terminal: curves in braille, matrices as coloured cells, graphs as trees."""

from __future__ import annotations

import itertools

import plotille
from rich.console import Group, RenderableType
from rich.style import Style
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from dojo.plots.figures import Curves, Figure, Graph, HeatMap
from dojo.views.look import Look

COLOURS = (99, 35, 208, 39, 161, 178, 45, 140, 70, 203)  # told apart on black and on white
GUIDE = 244  # the colour of guides
HEIGHT = 14  # rows of text
MARGIN = 10  # columns for the numbers beside the curves


def drawn(figure: Figure, look: Look, colour: bool) -> list[RenderableType]:
    """A figure as lines of text that fit the screen."""
    if isinstance(figure, Curves):
        return _curves(figure, look, colour)
    if isinstance(figure, HeatMap):
        return _heat_map(figure, look, colour)
    return [_tree(figure)]


def _curves(figure: Curves, look: Look, colour: bool) -> list[RenderableType]:
    low, high = _range([y for curve in figure.curves for y in curve.y] + list(figure.guides.values()))
    left, right = _range([x for curve in figure.curves for x in curve.x])
    width = max(20, look.width - MARGIN - 2)
    canvas = plotille.Canvas(width, HEIGHT, left, low, right, high, mode="byte")
    for height in figure.guides.values():
        canvas.line(left, height, right, height, color=GUIDE if colour else None)
    for number, curve in enumerate(figure.curves):
        points = list(zip(curve.x, curve.y, strict=True))
        for start, end in itertools.pairwise(points if len(points) > 1 else points * 2):
            canvas.line(*start, *end, color=_colour(number) if colour else None)
    heights = {0: high, HEIGHT // 2: (low + high) / 2, HEIGHT - 1: low}
    edge = "|" if look.ascii else "\u2502"
    lines = []
    for row, line in enumerate(canvas.plot().split("\n")):
        label = f"{heights[row]:.3g}" if row in heights else ""
        lines.append(Text(f"{label:>{MARGIN - 1}} {edge}", style="muted") + Text.from_ansi(line.rstrip()))
    ends = f"{left:<{width // 2}.3g}{right:>{width - width // 2}.3g}"
    lines.append(Text(" " * (MARGIN + 1) + ends, style="muted"))
    return [*lines, Text(), *_key(figure, look)]


def _range(values: list[float]) -> tuple[float, float]:
    """The smallest and the largest, with some room where all are one."""
    low, high = min(values), max(values)
    return (low, high) if high > low else (low - 1, high + 1)


def _key(figure: Curves, look: Look) -> list[Text]:
    """Which line is which, and what the axes are."""
    dash = "--" if look.ascii else "\u2500\u2500"
    names = [(curve.name, f"color({_colour(n)})") for n, curve in enumerate(figure.curves)]
    names += [(name, "muted") for name in figure.guides]
    signs = [Text(f"{dash} {name}", style=style, no_wrap=True) for name, style in names]
    return [
        Text("  ") + Text("  ").join(signs),
        Text(f"  across: {figure.x}, up: {figure.y}", style="muted"),
    ]


def _colour(number: int) -> int:
    return COLOURS[number % len(COLOURS)]


def _heat_map(figure: HeatMap, look: Look, colour: bool) -> list[RenderableType]:
    largest = max((abs(v) for row in figure.values for v in row), default=0.0) or 1.0
    width = max(1, min(6, (look.width - 4) // len(figure.values[0])))
    lines = []
    for row in figure.values[: look.width]:
        line = Text("  ")
        for value in row[: look.width - 4]:
            line.append_text(_cell(value / largest, width, colour))
        lines.append(line)
    note = f"  rows: {figure.rows} \u00b7 columns: {figure.columns} \u00b7 largest size {largest:.3g}"
    return [Group(*lines), Text(), Text(note, style="muted")]


def _cell(share: float, width: int, colour: bool) -> Text:
    """One entry, relative to the largest: red where it is positive, blue where negative, pale near zero.

    Without colours a positive entry is a sign that is denser for larger ones, a negative one a digit.
    """
    if not colour:
        signs = " .:-=+*#%@" if share >= 0 else " 123456789"
        return Text(signs[min(9, int(abs(share) * 9.99))] * width)
    fade = int(245 * (1 - abs(share)))
    red, green, blue = (225, fade, fade) if share >= 0 else (fade, fade, 235)
    return Text(" " * width, style=Style(bgcolor=f"rgb({red},{green},{blue})"))


def _tree(graph: Graph) -> RenderableType:
    """The root on top, what it was made from below. A node that is used again is written out once."""
    written: set[int] = set()
    uses = [i for vertex in graph.vertices for i in vertex.inputs]

    def grow(branch: Tree, number: int) -> None:
        for i in graph.vertices[number].inputs:
            if i in written:
                branch.add(_label(graph, i, uses) + Text("  (see above)", style="muted"))
                continue
            written.add(i)
            grow(branch.add(_label(graph, i, uses)), i)

    root = len(graph.vertices) - 1
    tree = Tree(_label(graph, root, uses), guide_style="muted")
    grow(tree, root)
    table = Table.grid(padding=(0, 2))
    table.add_row("", tree)
    return table


def _label(graph: Graph, number: int, uses: list[int]) -> Text:
    vertex = graph.vertices[number]
    text = Text(vertex.label)
    if vertex.operation:
        text = Text(f"{vertex.operation}  ", style="accent.bold") + text
    if uses.count(number) > 1:
        text += Text(f"  used {uses.count(number)} times", style="tried")
    return text
