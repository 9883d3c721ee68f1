"""Pictures of derivatives and of an expression graph, drawn from the student's own code."""

import math

from dojo.grading import remote_function
from dojo.plots import Curve, Curves, Graph, Vertex, plot

PARABOLA = remote_function("def f(x):\n    return 3 * x**2 - 4 * x + 5")
SLOPE = 14.0  # of the parabola at 3


@plot("numeric_derivative", "How far a slope by nudging is off, for nudges of all sizes")
def nudge_error(student):
    exponents = [-15 + k / 4 for k in range(57)]
    errors = [abs(student(PARABOLA, 3.0, 10.0**e) - SLOPE) for e in exponents]
    logs = [math.log10(max(error, 1e-15)) for error in errors]
    return Curves(
        "log10 of the nudge h", "log10 of the error", [Curve("3x^2 - 4x + 5 at 3", exponents, logs)]
    )


@plot("micrograd_value", "A neuron as a graph: every number with its gradient, by your own Value")
def neuron_graph(student):
    values = {"x1": 2.0, "x2": 0.0, "w1": -3.0, "w2": 1.0, "b": 6.8813735870195432}
    nodes = {name: student.Value(value) for name, value in values.items()}
    made = {name: ("", ()) for name in nodes}

    def keep(name, node, operation, *inputs):
        nodes[name], made[name] = node, (operation, inputs)
        return node

    x1w1 = keep("x1*w1", nodes["x1"] * nodes["w1"], "*", "x1", "w1")
    x2w2 = keep("x2*w2", nodes["x2"] * nodes["w2"], "*", "x2", "w2")
    both = keep("x1*w1 + x2*w2", x1w1 + x2w2, "+", "x1*w1", "x2*w2")
    n = keep("n", both + nodes["b"], "+", "x1*w1 + x2*w2", "b")
    o = keep("o", n.tanh(), "tanh", "n")
    o.backward()
    numbers = {name: number for number, name in enumerate(nodes)}
    vertices = []
    for name, (operation, inputs) in made.items():
        label = f"{name} | data {nodes[name].data:.4f} | grad {nodes[name].grad:.4f}"
        vertices.append(Vertex(label, operation, tuple(numbers[i] for i in inputs)))
    return Graph(vertices)
