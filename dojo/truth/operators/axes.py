"""Slips along an axis: another one, all of them, or one that is kept and should not be."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from dojo.truth.operators.build import altered, called, keyword, literal, number, receiver, with_keyword
from dojo.truth.operators.sites import Replacement, Site

REDUCTIONS = frozenset("sum mean max min amax amin prod std var any all norm logsumexp argmax argmin".split())
ALONG = REDUCTIONS | frozenset(
    "softmax log_softmax cumsum cumprod stack cat unsqueeze squeeze sort argsort topk flip roll split chunk "
    "unbind gather index_select median diff".split()
)
# Not 1 for -1: most tensors have two axes, and then that is the same.
AXES = {0: (1,), 1: (0,), -1: (-2, 0), -2: (-1, 0), 2: (1, 0), -3: (-2, -1), 3: (2, 1)}


def changed_axis(at: Site) -> Iterator[Replacement]:
    """Along another axis."""
    place = axis_of(at.node)
    if place is None:
        return
    node, index, axis = place
    for other in other_axes(axis):
        yield _with_axis(node, index, other)


def dropped_axis(at: Site) -> Iterator[Replacement]:
    """Reduced over all axes at once."""
    place = axis_of(at.node)
    if place is None or called(at.node) not in REDUCTIONS:
        return
    node, index, _ = place
    left = [k for k in node.keywords if k.arg not in ("dim", "axis", "keepdim", "keepdims")]
    cut = len(node.args) if isinstance(index, ast.keyword) else index
    yield altered(node, args=node.args[:cut], keywords=left)


def flipped_keepdim(at: Site) -> Iterator[Replacement]:
    """The reduced axis kept or not kept, the other way round."""
    if not isinstance(at.node, ast.Call):
        return
    kept = keyword(at.node, "keepdim", "keepdims")
    if kept is not None and isinstance(kept.value, ast.Constant):
        yield with_keyword(at.node, kept, ast.Constant(not kept.value.value))
    elif called(at.node) in REDUCTIONS and axis_of(at.node) is not None:
        yield altered(at.node, keywords=[*at.node.keywords, ast.keyword("keepdim", ast.Constant(True))])


def axis_of(node: ast.AST) -> tuple[ast.Call, int | ast.keyword, ast.expr] | None:
    """A call that works along an axis: the call, where in it the axis stands, and the axis."""
    if not isinstance(node, ast.Call):
        return None
    named = keyword(node, "dim", "axis")
    if named is not None:
        return node, named, named.value
    index = 1 if receiver(node) is None else 0
    if called(node) not in ALONG or isinstance(node.func, ast.Name) or len(node.args) <= index:
        return None
    return node, index, node.args[index]


def other_axes(axis: ast.expr) -> Iterator[ast.expr]:
    """What else an axis might have been: a neighbour; of several, all but one."""
    value = number(axis)
    if isinstance(value, int):
        yield from map(literal, AXES.get(value, (value - 1,)))
    if isinstance(axis, (ast.Tuple, ast.List)) and len(axis.elts) > 1:
        for n in range(len(axis.elts)):
            yield altered(axis, elts=axis.elts[:n] + axis.elts[n + 1 :])


def _with_axis(node: ast.Call, place: int | ast.keyword, axis: ast.expr) -> ast.Call:
    if isinstance(place, ast.keyword):
        return with_keyword(node, place, axis)
    return altered(node, args=[*node.args[:place], axis, *node.args[place + 1 :]])
