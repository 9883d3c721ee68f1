from __future__ import annotations
from collections.abc import Sequence
import math
import torch
from torch import Tensor
from jaxtyping import Float, Int



class Node:

    def __init__(self, data: float, parents: Sequence[Node]=(), op: str='', slopes: Sequence[float]=(), label: str='') -> None:
        self.data, self.grad, self.label = (data, 0.0, label)
        self._op = op
        self._prev = tuple(dict.fromkeys(parents))
        self._slopes = tuple(zip(parents, slopes, strict=True))

    def _backward(self) -> None:
        for parent, slope in self._slopes:
            parent.grad += slope * self.grad


def trace_graph(root):
    nodes, arrows, waiting = ({root}, set(), [root])
    while waiting:
        node = waiting.pop()
        for parent in node._prev:
            arrows.add((parent, node))
            if parent not in nodes:
                nodes.add(parent)
                waiting.append(parent)
    return (nodes, arrows)


def dot_source(root):
    lines, seen = (['digraph G {', '  graph [rankdir="LR"];'], set())

    def add(node):
        if id(node) in seen:
            return
        seen.add(id(node))
        name = str(id(node))
        words = '|'.join([node.label, f'data {node.data:.4f}', f'grad {node.grad:.4f}'])
        lines.append('  "' + name + '" [label="{' + words + '}" shape=record];')
        if node._op:
            lines.append(f'  "{name}{node._op}" [label="{node._op}"];')
            lines.append(f'  "{name}{node._op}" -> "{name}";')
        for parent in node._prev:
            add(parent)
            lines.append(f'  "{id(parent)}" -> "{name}{node._op}";')
    add(root)
    return '\n'.join(lines) + '\n}\n'


def topo_sort(root: Node) -> list[Node]:
    order: list[Node] = []
    visited: set[Node] = set()

    def visit(node: Node) -> None:
        if node not in visited:
            visited.add(node)
            order.append(node)
            for parent in node._prev:
                visit(parent)
    visit(root)
    return order


def backward(root):
    uses, waiting, seen = ({}, [root], {root})
    while waiting:
        for parent in waiting.pop()._prev:
            uses[parent] = uses.get(parent, 0) + 1
            if parent not in seen:
                seen.add(parent)
                waiting.append(parent)
    root.grad = 1.0
    ready = [root]
    while ready:
        node = ready.pop()
        node._backward()
        for parent in node._prev:
            uses[parent] -= 1
            if not uses[parent]:
                ready.append(parent)
