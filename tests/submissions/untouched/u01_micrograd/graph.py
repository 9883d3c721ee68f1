"""The expression graph: what is in it, how to draw it, in which order to walk it, and backward."""

from __future__ import annotations

from collections.abc import Sequence


class Node:
    """A number in a graph. Given: there is nothing to do here, and nothing to change.

    `parents` are the nodes that it was computed from, `slopes` its local derivatives with respect to them.
    `_prev` holds each parent once, `_op` the name of the operation ("" for a leaf). `_backward()` adds to the
    gradient of each parent what this node's own gradient brings it.

    >>> a, b = Node(2.0, label="a"), Node(-3.0, label="b")
    >>> c = Node(-6.0, (a, b), "*", slopes=(-3.0, 2.0), label="c")
    >>> c.grad = 10.0
    >>> c._backward()
    >>> a.grad, b.grad
    (-30.0, 20.0)
    """

    def __init__(
        self,
        data: float,
        parents: Sequence[Node] = (),
        op: str = "",
        slopes: Sequence[float] = (),
        label: str = "",
    ) -> None:
        self.data, self.grad, self.label = data, 0.0, label
        self._op = op
        self._prev = tuple(dict.fromkeys(parents))
        self._slopes = tuple(zip(parents, slopes, strict=True))

    def _backward(self) -> None:
        for parent, slope in self._slopes:
            parent.grad += slope * self.grad


def trace_graph(root: Node) -> tuple[set[Node], set[tuple[Node, Node]]]:
    """Return the set of all nodes that `root` was made from, and the set of all arrows between them.

    `root` belongs to the nodes. An arrow is a pair (from, to): from a node to one that was computed from
    it. Nothing in the graph is changed. There may be far more paths than nodes: don't walk them all.

    >>> a, b = Node(2.0), Node(-3.0)
    >>> c = Node(-6.0, (a, b), "*", slopes=(-3.0, 2.0))
    >>> nodes, arrows = trace_graph(c)
    >>> len(nodes), (a, c) in arrows, (c, a) in arrows
    (3, True, False)
    """
    raise NotImplementedError


def dot_source(root: Node) -> str:
    """Return the graph of `root` as a text in the language of graphviz, drawn from left to right.

    Every node is a box of shape `record`, whose label shows the node's label, its data and its gradient,
    both with four decimals: `label="{ c | data -6.0000 | grad 0.0000 }"`. Every node that is no leaf has a
    second, smaller node beside it, labelled with the operation alone. Arrows lead from the box of each
    parent to the operation, and from the operation to the box of its result. What the nodes are called
    inside the text is up to you, as long as no two share a name and graphviz can read it: letters, digits and
    underscores, or anything in double quotes. Labels may be empty, and nodes may share one. One statement on
    each line.

    For a leaf alone the text could be:

        digraph {
        rankdir=LR
        n0 [shape=record, label="{ a | data 2.0000 | grad 0.0000 }"]
        }

    >>> text = dot_source(Node(2.0, label="a"))
    >>> "rankdir=LR" in text, "a | data 2.0000 | grad 0.0000" in text, "->" in text
    (True, True, False)

    Source: the DOT language, graphviz.org/doc/info/lang.html.
    """
    raise NotImplementedError


def topo_sort(root: Node) -> list[Node]:
    """Return all nodes that `root` was made from as a list in which every node stands after its parents.

    `root` is in it, at the end, and no node is in it twice. There are often several such orders; each is
    right. Two different nodes may hold the same number. Nothing in the graph is changed. There may be far
    more paths than nodes: don't walk them all.

    >>> a = Node(3.0)
    >>> b = Node(6.0, (a, a), "+", slopes=(1.0, 1.0))
    >>> topo_sort(b) == [a, b]
    True
    """
    raise NotImplementedError


def backward(root: Node) -> None:
    """Fill in the gradient of `root` with respect to every node that it was made from.

    The gradient of `root` with respect to itself is 1. Each node knows its own step, its method `_backward`.
    All that is left to you is when to call it. What stands in the `grad` of a leaf beforehand is added to,
    not wiped out; those of all other nodes are 0 beforehand. Nodes that `root` was not made from keep what
    they have. You may call your own `topo_sort`.

    >>> a = Node(3.0)
    >>> b = Node(6.0, (a, a), "+", slopes=(1.0, 1.0))
    >>> backward(b)
    >>> b.grad, a.grad
    (1.0, 2.0)
    """
    raise NotImplementedError
