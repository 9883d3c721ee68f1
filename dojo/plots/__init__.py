"""What plots are written with: `from dojo.plots import Curves, plot, ...`."""

from dojo.plots.figures import Curve, Curves, Graph, HeatMap, Vertex
from dojo.plots.registry import Plot, plot

__all__ = ["Curve", "Curves", "Graph", "HeatMap", "Plot", "Vertex", "plot"]
