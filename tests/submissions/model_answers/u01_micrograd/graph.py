from __future__ import annotations
from collections.abc import Sequence

class Node:

    def __init__(self, data: float, parents: Sequence[Node]=(), op: str='', slopes: Sequence[float]=(), label: str='') -> None:
        self.data, self.grad, self.label = (data, 0.0, label)
        self._op = op
        self._prev = tuple(dict.fromkeys(parents))
        self._slopes = tuple(zip(parents, slopes, strict=True))

    def _backward(self) -> None:
        for parent, slope in self._slopes:
            parent.grad += slope * self.grad

def trace_graph(root: Node) -> tuple[set[Node], set[tuple[Node, Node]]]:
    nodes: set[Node] = set()
    arrows: set[tuple[Node, Node]] = set()

    def visit(node: Node) -> None:
        if node not in nodes:
            nodes.add(node)
            for parent in node._prev:
                arrows.add((parent, node))
                visit(parent)
    visit(root)
    return (nodes, arrows)

def dot_source(root: Node) -> str:
    names: dict[Node, str] = {}
    boxes: list[str] = []
    arrows: list[str] = []

    def draw(node: Node) -> str:
        if node in names:
            return names[node]
        name = names[node] = f'n{len(names)}'
        numbers = f'data {node.data:.4f} | grad {node.grad:.4f}'
        boxes.append(f'{name} [shape=record, label="{{ {node.label} | {numbers} }}"]')
        if node._op:
            boxes.append(f'{name}_op [label="{node._op}"]')
            arrows.append(f'{name}_op -> {name}')
            arrows.extend((f'{draw(parent)} -> {name}_op' for parent in node._prev))
        return name
    draw(root)
    return '\n'.join(['digraph {', 'rankdir=LR', *boxes, *arrows, '}'])

def topo_sort(root: Node) -> list[Node]:
    order: list[Node] = []
    visited: set[Node] = set()

    def visit(node: Node) -> None:
        if node not in visited:
            visited.add(node)
            for parent in node._prev:
                visit(parent)
            order.append(node)
    visit(root)
    return order

def backward(root: Node) -> None:
    order: list[Node] = []
    visited: set[Node] = set()

    def visit(node: Node) -> None:
        if node not in visited:
            visited.add(node)
            for parent in node._prev:
                visit(parent)
            order.append(node)
    visit(root)
    root.grad = 1.0
    for node in reversed(order):
        node._backward()
