from __future__ import annotations
from collections.abc import Iterable

class Node:

    def __init__(self, data: float, _children: Iterable[Node]=(), _op: str='', label: str='') -> None:
        self.data = data
        self.grad = 0.0
        self._prev = set(_children)
        self._op = _op
        self.label = label
        self._backward = lambda: None

    def __repr__(self) -> str:
        return f'Node({self.data})'
