"""New nodes from old ones, which stay as they are: parts are shared, for nobody changes them."""

from __future__ import annotations

import ast
from typing import Any, TypeVar

Node = TypeVar("Node", bound=ast.AST)
MODULES = frozenset("torch math F nn functional itertools".split())


def altered(node: Node, **fields: Any) -> Node:
    """The same node with other fields."""
    return ast.copy_location(type(node)(**{**dict(ast.iter_fields(node)), **fields}), node)


def number(node: ast.AST | None) -> int | float | None:
    """The number that a node spells out, with its sign. None for everything else, True and False too."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = number(node.operand)
        return None if value is None else -value
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return node.value  # type: ignore[return-value]  # mypy does not follow type()
    return None


def literal(value: int | float) -> ast.expr:
    """A number as a node, a negative one as Python writes it."""
    if value < 0:
        return ast.UnaryOp(ast.USub(), ast.Constant(-value))
    return ast.Constant(value)


def shifted(value: int | float, by: int) -> int | float:
    """A number that is one more or less; of a float without the dust of rounding."""
    return value + by if isinstance(value, int) else round(value + by, 12)


def binary(left: ast.expr, op: ast.operator, right: ast.expr) -> ast.expr:
    """`left op right`."""
    return ast.BinOp(left, op, right)


def method(node: ast.expr, name: str) -> ast.expr:
    """`node.name()`."""
    return ast.Call(ast.Attribute(node, name, ast.Load()), [], [])


def called(node: ast.AST) -> str:
    """The bare name of what a call calls; "" where the node is no call."""
    if not isinstance(node, ast.Call):
        return ""
    return str(getattr(node.func, "attr", None) or getattr(node.func, "id", ""))


def renamed(node: ast.Call, name: str) -> ast.Call:
    """The same call of another function, which is found where the old one is."""
    if isinstance(node.func, ast.Attribute):
        return altered(node, func=altered(node.func, attr=name))
    return altered(node, func=ast.Name(name, ast.Load()))


def receiver(node: ast.Call) -> ast.expr | None:
    """The value that a method is called on; None for a function, also one of a module."""
    if not isinstance(node.func, ast.Attribute):
        return None
    value = node.func.value
    while isinstance(value, ast.Attribute) and value.attr in MODULES:
        value = value.value
    return None if isinstance(value, ast.Name) and value.id in MODULES else node.func.value


def subject(node: ast.Call) -> ast.expr | None:
    """What a call works on: the value of a method, or the first argument of a function."""
    own = receiver(node)
    if own is not None or not node.args or isinstance(node.args[0], ast.Starred):
        return own
    return node.args[0]


def keyword(node: ast.Call, *names: str) -> ast.keyword | None:
    """The argument that is passed under one of these names."""
    return next((k for k in node.keywords if k.arg in names), None)


def with_keyword(node: ast.Call, old: ast.keyword, value: ast.expr | None) -> ast.Call:
    """The same call with another value for one of its keywords, or without it."""
    changed = [] if value is None else [ast.keyword(old.arg, value)]
    return altered(node, keywords=[n for k in node.keywords for n in (changed if k is old else [k])])
