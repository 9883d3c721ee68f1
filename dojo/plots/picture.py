"""Figures as files: PNG by matplotlib, graphs as source text for graphviz."""

from __future__ import annotations

import re
from pathlib import Path

import graphviz
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas

from dojo.plots.figures import Curves, Figure, Graph, HeatMap

DPI = 150


def suffix(figure: Figure) -> str:
    """The kind of file that a figure becomes. A graph is left as source: graphviz itself may not be here."""
    return ".dot" if isinstance(figure, Graph) else ".png"


def save(figure: Figure, title: str, path: Path) -> None:
    """Write a figure to a file. Raises OSError."""
    if isinstance(figure, Graph):
        path.write_text(source(figure), encoding="utf-8")
        return
    canvas = Canvas(figsize=(8, 4.5), layout="constrained")
    FigureCanvasAgg(canvas)  # no display, no global state
    axes = canvas.add_subplot()
    axes.set_title(title, loc="left")
    if isinstance(figure, Curves):
        _curves(axes, figure)
    else:
        _heat_map(canvas, axes, figure)
    canvas.savefig(path, dpi=DPI)


def source(graph: Graph) -> str:
    """The graph as graphviz source text: a record for each node, and one more node for its operation."""
    dot = graphviz.Digraph(graph_attr={"rankdir": "LR"}, node_attr={"shape": "record"})
    for number, vertex in enumerate(graph.vertices):
        dot.node(str(number), _record(vertex.label))
        if vertex.operation:
            dot.node(f"op{number}", graphviz.escape(vertex.operation), shape="circle")
            dot.edge(f"op{number}", str(number))
            for i in vertex.inputs:
                dot.edge(str(i), f"op{number}")
    return str(dot.source)


def _record(label: str) -> str:
    """A label as a record: bars divide it into fields, and nothing else has a meaning there."""
    plain = re.sub(r"([{}<>])", r"\\\1", graphviz.escape(label))
    return f"{{ {plain} }}"


def _curves(axes: Axes, figure: Curves) -> None:
    for curve in figure.curves:
        axes.plot(curve.x, curve.y, label=curve.name)
    for name, height in figure.guides.items():
        axes.axhline(height, color="black", linewidth=0.8, linestyle="--", label=name)
    axes.set_xlabel(figure.x)
    axes.set_ylabel(figure.y)
    axes.legend(fontsize="small")


def _heat_map(canvas: Canvas, axes: Axes, figure: HeatMap) -> None:
    largest = max((abs(v) for row in figure.values for v in row), default=0.0) or 1.0
    image = axes.imshow(figure.values, cmap="RdBu_r", vmin=-largest, vmax=largest, aspect="auto")
    axes.set_xlabel(figure.columns)
    axes.set_ylabel(figure.rows)
    canvas.colorbar(image)
