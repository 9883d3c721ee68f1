"""What some names need of a notebook's code: experiments, prints and plots are left where they are.

In a file everything at the top level runs on import. In a notebook people try things out between their
answers, and a plot or an autograd comparison there breaks no rule of an exercise.
"""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_AT_REST = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Assert)
_LOOKS_ONLY = frozenset({"print", "display", "check", "hint", "show", "help"})


@dataclass(frozen=True, eq=False)
class Part:
    """A top-level statement: the names that it binds, those that it reads, now or when what it defines is
    called, those whose objects it stores into, and those that it calls on or gives to a function."""

    node: ast.stmt
    binds: frozenset[str]
    uses: frozenset[str]
    stores: frozenset[str]
    hands: frozenset[str]


def parts(tree: ast.Module) -> tuple[Part, ...]:
    """The top-level statements of a cell."""
    return tuple(_part(node) for node in tree.body)


def needed(candidates: Sequence[Part], names: Iterable[str]) -> set[Part]:
    """Those of the statements that make these names, or anything that they mention in turn.

    A statement makes a name that it binds, and one whose object it stores into (`table["a"] = 1`) or whose
    data it may change (`words.append(w)`, `fill(table)`).
    """
    data = _bound_by(candidates, ast.Assign, ast.AnnAssign)
    packages = _bound_by(candidates, ast.Import, ast.ImportFrom)
    makers: dict[str, list[Part]] = {}
    for part in candidates:
        for name in part.binds | (part.stores - packages) | (part.hands & data):
            makers.setdefault(name, []).append(part)
    chosen: set[Part] = set()
    waiting = list(names)
    while waiting:
        for part in makers.pop(waiting.pop(), ()):
            if part not in chosen:
                chosen.add(part)
                waiting += part.uses
    return chosen


def _bound_by(candidates: Sequence[Part], *kinds: type[ast.stmt]) -> set[str]:
    return {name for part in candidates if isinstance(part.node, kinds) for name in part.binds}


def _part(node: ast.stmt) -> Part:
    table = symtable.symtable(ast.unparse(node), "<cell>", "exec")
    bound = (s for s in table.get_symbols() if s.is_assigned() or s.is_imported() or s.is_namespace())
    binds = frozenset(s.get_name() for s in bound)
    stores, hands = (set[str](), set[str]()) if isinstance(node, _AT_REST) else _changes(node)
    return Part(node, binds, frozenset(_uses(table)), frozenset(stores), frozenset(hands))


def _uses(top: symtable.SymbolTable) -> set[str]:
    """The names of the module that are read in a statement and in what it defines."""
    names = {s.get_name() for s in top.get_symbols() if s.is_referenced()}
    waiting = list(top.get_children())
    while waiting:
        table = waiting.pop()
        names |= {s.get_name() for s in table.get_symbols() if s.is_global()}
        waiting += table.get_children()
    return names


def _changes(statement: ast.stmt) -> tuple[set[str], set[str]]:
    """The names that are stored into, and those that are called on or given to a function."""
    stores: set[str] = set()
    hands: set[str] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Subscript | ast.Attribute) and not isinstance(node.ctx, ast.Load):
            stores |= _root(node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            hands |= _root(node.func)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            arguments = [] if node.func.id in _LOOKS_ONLY else node.args
            hands |= {part.id for part in arguments if isinstance(part, ast.Name)}
    return stores, hands


def _root(node: ast.expr) -> set[str]:
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()
