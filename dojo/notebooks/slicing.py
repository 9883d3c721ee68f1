"""What some names need of a notebook's code: experiments, prints and plots are left where they are.

In a file everything at the top level runs on import. In a notebook people try things out between their
answers, and a plot or an autograd comparison there breaks no rule of an exercise.
"""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_LOOKS_ONLY = frozenset({"print", "display", "check", "hint", "show", "help"})


@dataclass(frozen=True, eq=False)
class Part:
    """A top-level statement: the names that it binds, those that it reads, now or when what it defines is
    called, and those whose objects it may change."""

    node: ast.stmt
    binds: frozenset[str]
    uses: frozenset[str]
    changes: frozenset[str]


def parts(tree: ast.Module) -> tuple[Part, ...]:
    """The top-level statements of a cell."""
    return tuple(_part(node) for node in tree.body)


def needed(candidates: Sequence[Part], names: Iterable[str]) -> set[Part]:
    """Those of the statements that make these names, or anything that they mention in turn.

    A statement makes a name that it binds, and one whose object it changes: `table["a"] = 1`,
    `words.append(w)`, `fill(table)`.
    """
    data = {n for part in candidates if isinstance(part.node, ast.Assign | ast.AnnAssign) for n in part.binds}
    makers: dict[str, list[Part]] = {}
    for part in candidates:
        for name in part.binds | (part.changes & data):
            makers.setdefault(name, []).append(part)
    chosen: set[Part] = set()
    waiting = list(names)
    while waiting:
        for part in makers.pop(waiting.pop(), ()):
            if part not in chosen:
                chosen.add(part)
                waiting += part.uses
    return chosen


def _part(node: ast.stmt) -> Part:
    table = symtable.symtable(ast.unparse(node), "<cell>", "exec")
    bound = (s for s in table.get_symbols() if s.is_assigned() or s.is_imported() or s.is_namespace())
    return Part(
        node, frozenset(s.get_name() for s in bound), frozenset(_uses(table)), frozenset(_changes(node))
    )


def _uses(top: symtable.SymbolTable) -> set[str]:
    """The names of the module that are read in a statement and in what it defines."""
    names = {s.get_name() for s in top.get_symbols() if s.is_referenced()}
    waiting = list(top.get_children())
    while waiting:
        table = waiting.pop()
        names |= {s.get_name() for s in table.get_symbols() if s.is_global()}
        waiting += table.get_children()
    return names


def _changes(statement: ast.stmt) -> set[str]:
    """The names that are stored into, called on, or given to a function."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Assert):
        return set()
    names: set[str] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Subscript | ast.Attribute) and not isinstance(node.ctx, ast.Load):
            names |= _root(node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            names |= _root(node.func)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            arguments = [] if node.func.id in _LOOKS_ONLY else node.args
            names |= {part.id for part in arguments if isinstance(part, ast.Name)}
    return names


def _root(node: ast.expr) -> set[str]:
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()
