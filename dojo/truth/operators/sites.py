"""Where a mutation can take place: one node of a model answer, and what is known around it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Replacement = ast.AST | list[ast.stmt]  # what stands in the place of a node; a list in that of a statement
Region = tuple[int, int]  # the first and the last line that may be mutated

# What says nothing of how an answer is computed: annotations, decorators, words for people.
_QUIET = {"annotation", "returns", "decorator_list", "type_params"}
_WORDS = (ast.Raise, ast.JoinedStr, ast.expr_context)


@dataclass(frozen=True)
class Scope:
    """What a function knows by name: `parameters` with their annotations as text, and `bound`, the names
    that it binds itself with the line where."""

    parameters: dict[str, str]
    bound: tuple[tuple[int, str], ...] = ()
    returns: str = ""
    function: Function | None = None


@dataclass(frozen=True)
class Site:
    """A node that may be replaced: it is in `field` of its parent, in a list there at `index`."""

    node: ast.AST
    parent: ast.AST
    field: str
    index: int | None
    scope: Scope

    @property
    def following(self) -> list[ast.stmt]:
        """The statements after this one in its block."""
        block = getattr(self.parent, self.field)
        return block[self.index + 1 :] if isinstance(block, list) and self.index is not None else []


def sites(top: ast.AST, regions: list[Region]) -> Iterator[Site]:
    """Every place below `top` whose lines are in one of the regions, and the signatures of functions."""
    yield from _below(top, regions, _entered(top, Scope({})), False)


def _below(node: ast.AST, regions: list[Region], scope: Scope, inside: bool) -> Iterator[Site]:
    for field, index, child in _children(node):
        here = inside or _within(child, regions)
        if here or isinstance(child, ast.arguments):
            yield Site(child, node, field, index, scope)
        if not isinstance(child, _WORDS):
            yield from _below(child, regions, _entered(child, scope), here)


def _children(node: ast.AST) -> Iterator[tuple[str, int | None, ast.AST]]:
    for field, value in ast.iter_fields(node):
        if field in _QUIET:
            continue
        if isinstance(value, ast.AST):
            yield field, None, value
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, ast.AST) and not is_docstring(item):
                    yield field, index, item


def _within(node: ast.AST, regions: list[Region]) -> bool:
    first = getattr(node, "lineno", None)
    last = getattr(node, "end_lineno", None)
    return first is not None and any(begin <= first and (last or first) <= end for begin, end in regions)


def is_docstring(node: ast.AST) -> bool:
    """Whether a statement is nothing but a text."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and node.value.value is not ...


def _entered(node: ast.AST, scope: Scope) -> Scope:
    """The scope inside a node. An inner function sees the names of the outer one, too."""
    if not isinstance(node, Function):
        return scope
    listed = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    parameters = {a.arg: ast.unparse(a.annotation) if a.annotation else "" for a in listed}
    returns = getattr(node, "returns", None)
    return Scope(
        {**scope.parameters, **parameters},
        (*scope.bound, *_bound(node)),
        ast.unparse(returns) if returns else "",
        node,
    )


def _bound(function: Function) -> list[tuple[int, str]]:
    """The names that a function binds, but for those that only a comprehension knows, in line order."""
    found: list[tuple[int, str]] = []
    waiting: list[Any] = list(function.body) if isinstance(function.body, list) else []
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Lambda)):
            continue
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.append((node.lineno, node.id))
        waiting += ast.iter_child_nodes(node)
    return sorted(set(found))
