"""Slips in the order of things: a branch, a bound, a step, a return in the wrong place."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from dojo.truth.operators.build import altered, binary, called, literal, number
from dojo.truth.operators.sites import Replacement, Site

BOUNDARY = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
OPPOSITE = {
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}


def comparison_boundary(at: Site) -> Iterator[Replacement]:
    """Below for at most."""
    if isinstance(at.node, ast.Compare):
        for n, op in enumerate(at.node.ops):
            if type(op) in BOUNDARY:
                yield altered(at.node, ops=[*at.node.ops[:n], BOUNDARY[type(op)](), *at.node.ops[n + 1 :]])


def opposite_comparison(at: Site) -> Iterator[Replacement]:
    """A condition turned round."""
    if isinstance(at.node, ast.Compare) and len(at.node.ops) == 1:
        yield altered(at.node, ops=[OPPOSITE[type(at.node.ops[0])]()])
    elif isinstance(at.node, ast.UnaryOp) and isinstance(at.node.op, ast.Not):
        yield at.node.operand


def dropped_condition(at: Site) -> Iterator[Replacement]:
    """And for or, one of several conditions only, or a filter that lets everything through."""
    node = at.node
    if isinstance(node, ast.BoolOp):
        yield altered(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
        for n in range(len(node.values)):
            left = node.values[:n] + node.values[n + 1 :]
            yield left[0] if len(left) == 1 else altered(node, values=left)
    elif isinstance(node, ast.comprehension) and node.ifs:
        yield altered(node, ifs=[])


def dropped_branch(at: Site) -> Iterator[Replacement]:
    """Always the same branch."""
    if isinstance(at.node, (ast.If, ast.IfExp)):
        yield at.node.body
        yield at.node.orelse


def dropped_step(at: Site) -> Iterator[Replacement]:
    """A statement is missing."""
    match at.node:
        case ast.AugAssign() | ast.Delete() | ast.Raise() | ast.Assert() | ast.Expr(ast.Call()):
            yield []
        case ast.Assign() as assignment if _stores_inside(assignment) or _rebinds(assignment):
            yield []


def _stores_inside(node: ast.Assign) -> bool:
    return any(isinstance(target, (ast.Attribute, ast.Subscript)) for target in node.targets)


def _rebinds(node: ast.Assign) -> bool:
    names = {target.id for target in node.targets if isinstance(target, ast.Name)}
    return any(isinstance(n, ast.Name) and n.id in names for n in ast.walk(node.value))


def set_for_added(at: Site) -> Iterator[Replacement]:
    """`=` for `+=`."""
    if isinstance(at.node, ast.AugAssign):
        yield ast.Assign([at.node.target], at.node.value, lineno=at.node.lineno)


def early_return(at: Site) -> Iterator[Replacement]:
    """What a line has just computed is taken for the answer; or a loop ends after one round."""
    node = at.node
    if isinstance(node, (ast.For, ast.While)):
        yield [altered(node, body=[*node.body, ast.Break()])]
    if not isinstance(node, (ast.Assign, ast.AugAssign)) or not _returns_values(at):
        return
    target = node.target if isinstance(node, ast.AugAssign) else node.targets[0]
    if isinstance(target, ast.Name) and not _is_returned_next(at, target.id):
        yield [node, ast.Return(ast.Name(target.id, ast.Load()))]


def _returns_values(at: Site) -> bool:
    function = at.scope.function
    if not isinstance(function, ast.FunctionDef):
        return False
    return any(isinstance(n, ast.Return) and n.value is not None for n in ast.walk(function))


def _is_returned_next(at: Site, name: str) -> bool:
    after = at.following[:1]
    return bool(after) and isinstance(after[0], ast.Return) and getattr(after[0].value, "id", "") == name


def slice_off_by_one(at: Site) -> Iterator[Replacement]:
    """A slice or a range that begins or ends one too early or too late."""
    node = at.node
    if isinstance(node, ast.Slice):
        for side in ("lower", "upper"):
            bound = getattr(node, side)
            if bound is not None:
                for by in (1, -1):
                    yield altered(node, **{side: _moved(bound, by)})
        for side in ("lower", "upper", "step"):
            if getattr(node, side) is not None:
                yield altered(node, **{side: None})
    elif isinstance(node, ast.Call) and called(node) == "range" and 1 <= len(node.args) <= 3:
        start, *rest = node.args if len(node.args) > 1 else [ast.Constant(0), *node.args]
        yield altered(node, args=[_moved(start, 1), *rest])
        for by in (1, -1):
            last = 1 if len(node.args) > 1 else 0
            moved = _moved(node.args[last], by)
            yield altered(node, args=[*node.args[:last], moved, *node.args[last + 1 :]])


def _moved(node: ast.expr, by: int) -> ast.expr:
    value = number(node)
    if isinstance(value, int):
        return literal(value + by)
    return binary(node, ast.Add() if by > 0 else ast.Sub(), ast.Constant(1))
