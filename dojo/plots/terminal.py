"""Figures in the terminal: curves in braille, matrices as coloured cells, graphs as trees."""

from __future__ import annotations

import plotille
from rich.console import Group, RenderableType
from rich.style import Style
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from dojo.plots.figures import Curves, Figure, Graph, HeatMap
from dojo.views.look import Look

COLOURS = (99, 35, 208, 39, 161, 178, 45, 140, 70, 203)  # told apart on black and on white
HEIGHT = 16
NAMES = "abcdefghijklmnopqrstuvwxyz"


def drawn(figure: Figure, look: Look) -> list[RenderableType]:
    """A figure as lines of text that fit the screen."""
    if isinstance(figure, Curves):
        return _curves(figure, look)
    if isinstance(figure, HeatMap):
        return _heat_map(figure, look)
    return [_tree(figure)]


def _curves(figure: Curves, look: Look) -> list[RenderableType]:
    canvas = plotille.Figure()
    canvas.width, canvas.height = max(20, look.width - 18), HEIGHT
    canvas.with_colors, canvas.color_mode = not look.plain, "byte"
    canvas.x_label, canvas.y_label = figure.x, figure.y
    canvas.register_label_formatter(float, _brief)
    heights = [y for curve in figure.curves for y in curve.y] + list(figure.guides.values())
    room = 0.05 * (max(heights) - min(heights)) or 1.0
    canvas.set_y_limits(min(heights) - room, max(heights) + room)
    for number, curve in enumerate(figure.curves):
        canvas.plot(curve.x, curve.y, lc=_colour(number))
    left = min(x for curve in figure.curves for x in curve.x)
    right = max(x for curve in figure.curves for x in curve.x)
    for height in figure.guides.values():
        canvas.plot([left, right], [height, height], lc=244)
    key = Text("  ").join(
        Text(f"\u2500\u2500 {curve.name}", style=Style.parse(f"color({_colour(number)})"))
        for number, curve in enumerate(figure.curves)
    )
    guides = [Text(f"  \u2500\u2500 {name}", style="muted") for name in figure.guides]
    return [Text.from_ansi(canvas.show()), Text(), Text("  ") + key + Text("").join(guides)]


def _brief(value: float, chars: int, delta: float, left: bool = False) -> str:
    text = f"{value:.3g}"
    return text.ljust(chars) if left else text.rjust(chars)


def _colour(number: int) -> int:
    return COLOURS[number % len(COLOURS)]


def _heat_map(figure: HeatMap, look: Look) -> list[RenderableType]:
    largest = max((abs(v) for row in figure.values for v in row), default=0.0) or 1.0
    width = max(1, min(6, (look.width - 4) // len(figure.values[0])))
    lines = []
    for row in figure.values[: look.width]:
        line = Text("  ")
        for value in row[: look.width - 4]:
            line.append_text(_cell(value / largest, width, look.plain))
        lines.append(line)
    note = f"  rows: {figure.rows} \u00b7 columns: {figure.columns} \u00b7 largest size {largest:.3g}"
    return [Group(*lines), Text(), Text(note, style="muted")]


def _cell(share: float, width: int, plain: bool) -> Text:
    """One entry, relative to the largest: red where it is positive, blue where negative, pale near zero."""
    if plain:
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
