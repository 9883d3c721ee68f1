"""What some names need of a notebook's code: experiments, prints and plots are left where they are.

In a file everything at the top level runs on import. In a notebook people try things out between their
answers, and a plot or an autograd comparison there breaks no rule of an exercise.
"""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterable, Sequence

_LOOKS_ONLY = frozenset({"print", "display", "check", "hint", "show", "help"})


def needed(statements: Sequence[ast.stmt], names: Iterable[str]) -> set[ast.stmt]:
    """The top-level statements that make these names, or anything that those mention in turn.

    A statement makes a name that it binds, and one whose object it changes: `table["a"] = 1`,
    `words.append(w)`, `fill(table)`.
    """
    uses = {statement: _uses(statement) for statement in statements}
    binds = {statement: _binds(statement) for statement in statements}
    data = {name for s in statements if isinstance(s, ast.Assign | ast.AnnAssign) for name in binds[s]}
    changes = {statement: _changes(statement) & data for statement in statements}
    chosen: set[ast.stmt] = set()
    wanted = set(names)
    found = True
    while found:
        more = [s for s in statements if s not in chosen and (binds[s] | changes[s]) & wanted]
        chosen.update(more)
        wanted.update(*(uses[s] for s in more))
        found = bool(more)
    return chosen


def bound_names(statements: Iterable[ast.stmt]) -> set[str]:
    """The names that these top-level statements bind."""
    return {name for statement in statements for name in _binds(statement)}


def _table(statement: ast.stmt) -> symtable.SymbolTable:
    return symtable.symtable(ast.unparse(statement), "<cell>", "exec")


def _binds(statement: ast.stmt) -> set[str]:
    symbols = _table(statement).get_symbols()
    return {s.get_name() for s in symbols if s.is_assigned() or s.is_imported() or s.is_namespace()}


def _uses(statement: ast.stmt) -> set[str]:
    """The names of the module that a statement reads, now or when what it defines is called."""
    top = _table(statement)
    names = {s.get_name() for s in top.get_symbols() if s.is_referenced()}
    waiting = list(top.get_children())
    while waiting:
        table = waiting.pop()
        names |= {s.get_name() for s in table.get_symbols() if s.is_global()}
        waiting += table.get_children()
    return names


def _changes(statement: ast.stmt) -> set[str]:
    """The names whose objects a statement may change: stored into, called on, or given to a function."""
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
