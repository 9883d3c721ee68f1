"""One number that remembers where it came from."""

from __future__ import annotations

from collections.abc import Iterable


class Node:
    """A number that remembers from which other numbers it was made, and by which operation.

    `data` is the number. `_children` are the nodes that it was computed from (none for a leaf), `_op` is
    the name of the operation, `label` a name to show in a picture. A new node holds `data`, `_op` and
    `label` as they were given; the *set* of its children in `_prev`; 0.0 in `grad`; and in `_backward` a
    function without arguments that does nothing. Its `repr` shows the number.

    >>> a = Node(2.5, label="a")
    >>> "2.5" in repr(a), a.grad, a._prev
    (True, 0.0, set())
    >>> b = Node(5.0, (a, a), "+")
    >>> len(b._prev), b._op, b._backward()
    (1, '+', None)

    Source: the class `Value` of micrograd, without its operations.
    """

    def __init__(self, data: float, _children: Iterable[Node] = (), _op: str = "", label: str = "") -> None:
        raise NotImplementedError

    def __repr__(self) -> str:
        raise NotImplementedError
