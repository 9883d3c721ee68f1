"""Slips of the hand: the wrong variable, arguments in the wrong order, a default that is not the one said."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from dojo.truth.operators.build import MODULES, altered, called, literal, number
from dojo.truth.operators.sites import Replacement, Site, is_docstring

# Of these the order of the arguments says nothing, or not what this slip is about.
ANY_ORDER = frozenset(
    "transpose swapaxes maximum minimum max min add mul allclose isclose equal logaddexp isinstance zip "
    "range einsum getattr print set_grad_enabled".split()
)
FORM = frozenset("shape dtype device ndim dim numel size len zeros_like ones_like empty_like".split())
MOST = 2  # other variables that are tried in one place


def swapped_arguments(at: Site) -> Iterator[Replacement]:
    """Two arguments have changed places."""
    node = at.node
    if not isinstance(node, ast.Call) or called(node) in ANY_ORDER:
        return
    if any(isinstance(a, ast.Starred) for a in node.args):
        return
    for n in range(len(node.args) - 1):
        yield altered(node, args=_swapped(node.args, n))


def swapped_results(at: Site) -> Iterator[Replacement]:
    """Two parts of an answer, or of what is assigned, have changed places."""
    is_value = isinstance(at.parent, (ast.Return, ast.Assign)) and at.field == "value"
    if isinstance(at.node, ast.Tuple) and is_value:
        for n in range(len(at.node.elts) - 1):
            yield altered(at.node, elts=_swapped(at.node.elts, n))


def _swapped(items: list[ast.expr], n: int) -> list[ast.expr]:
    return [*items[:n], items[n + 1], items[n], *items[n + 2 :]]


def same_kind_of_variable(at: Site) -> Iterator[Replacement]:
    """Another argument that is annotated just as this one, where more than its shape matters."""
    if _is_variable(at) and isinstance(at.node, ast.Name) and not _only_form(at):
        kinds = at.scope.parameters
        if at.node.id in kinds:
            names = list(kinds)
            twins = [name for name in names if name != at.node.id and kinds[name] == kinds[at.node.id]]
            here = names.index(at.node.id)
            twins.sort(key=lambda name: (abs(names.index(name) - here), names.index(name)))
            for name in twins[:MOST]:
                yield ast.Name(name, ast.Load())


def neighbouring_variable(at: Site) -> Iterator[Replacement]:
    """The variable that was assigned last before this line."""
    if _is_variable(at) and isinstance(at.node, ast.Name):
        earlier = [name for line, name in at.scope.bound if line < at.node.lineno]
        if at.node.id in (*earlier, *at.scope.parameters):
            for name in dict.fromkeys(reversed([n for n in earlier if n != at.node.id])):
                yield ast.Name(name, ast.Load())
                return


def _only_form(at: Site) -> bool:
    """Whether only the form of a value is asked for, which is the same for all that are annotated alike."""
    if isinstance(at.parent, ast.Attribute):
        return at.parent.attr in FORM
    return called(at.parent) in FORM and at.field == "args" and at.index == 0


def _is_variable(at: Site) -> bool:
    """Whether this is a name that stands for a value, and no module and nothing that is called."""
    if not isinstance(at.node, ast.Name) or not isinstance(at.node.ctx, ast.Load):
        return False
    is_called = isinstance(at.parent, ast.Call) and at.field == "func"
    return not is_called and at.node.id not in MODULES


def neighbouring_attribute(at: Site) -> Iterator[Replacement]:
    """Another attribute of the same object, such as `data` for `grad`."""
    node, function = at.node, at.scope.function
    if not isinstance(node, ast.Attribute) or not isinstance(node.ctx, ast.Load) or function is None:
        return
    if not isinstance(node.value, ast.Name) or node.value.id in MODULES:
        return
    if isinstance(at.parent, ast.Call) and at.field == "func":
        return
    others = {
        n.attr: None
        for n in ast.walk(function)
        if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name) and n.value.id == node.value.id
    }
    for name in [name for name in others if name != node.attr][:MOST]:
        yield altered(node, attr=name)


def other_text(at: Site) -> Iterator[Replacement]:
    """One of the other texts of the same function; in a dict another key for a key, a value for a value."""
    node, function = at.node, at.scope.function
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or function is None:
        return
    if isinstance(at.parent, ast.Call) and called(at.parent) == "einsum":
        return
    if isinstance(at.parent, ast.Dict):
        parts = getattr(at.parent, at.field)
    else:
        body = function.body if isinstance(function.body, list) else []
        parts = [n for statement in body if not is_docstring(statement) for n in ast.walk(statement)]
    texts = [n.value for n in parts if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    for text in [text for text in texts if text != node.value][:1]:
        yield ast.Constant(text)


def wrong_default(at: Site) -> Iterator[Replacement]:
    """A default that is not the one that the task says."""
    node = at.node
    if not isinstance(node, ast.arguments):
        return
    for field in ("defaults", "kw_defaults"):
        for n, default in enumerate(getattr(node, field)):
            for other in _other_default(default):
                yield altered(node, **{field: _put(getattr(node, field), n, other)})


def _put(items: list[ast.expr], n: int, item: ast.expr) -> list[ast.expr]:
    return [*items[:n], item, *items[n + 1 :]]


def _other_default(default: ast.expr | None) -> Iterator[ast.expr]:
    if isinstance(default, ast.Constant) and isinstance(default.value, bool):
        yield ast.Constant(not default.value)
    value = number(default)
    if isinstance(value, int):
        yield literal(value + 1)
    elif value is not None:
        yield literal(float(f"{10 * value:.12g}") if value else 1.0)
