"""What some names need of a notebook's code: experiments, prints and plots are left where they are.

In a file everything at the top level runs on import. In a notebook people try things out between their
answers, and a plot or an autograd comparison there breaks no rule of an exercise.
"""

from __future__ import annotations

import ast
import builtins
import symtable
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

_DEFINITION = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_NO_DATA = (*_DEFINITION, ast.Import, ast.ImportFrom)
# What is given to these is as it was: `check` and its kin are the course's, all others Python's.
_LOOKS_ONLY = (frozenset(dir(builtins)) - {"next", "setattr", "delattr"}) | {
    "display",
    "check",
    "hint",
    "show",
}
_CONSTANT = (ast.Constant, ast.Tuple, ast.UnaryOp, ast.BinOp, ast.operator, ast.unaryop, ast.expr_context)


@dataclass(frozen=True, eq=False)
class Part:
    """A top-level statement: the names that it binds, those that it reads, now or when what it defines is
    called, those whose objects it stores into, and those that it calls on or gives to a function.

    runs: the functions that it calls for what they do, not for what they return.
    effects: of a definition, the module's names that a call changes or binds (`global`).
    imports: each name that it imports, and what that is.
    """

    node: ast.stmt
    binds: frozenset[str]
    uses: frozenset[str]
    stores: frozenset[str] = frozenset()
    hands: frozenset[str] = frozenset()
    runs: frozenset[str] = frozenset()
    effects: frozenset[str] = frozenset()
    imports: frozenset[tuple[str, str]] = frozenset()

    def without(self, bound: frozenset[str], changed: frozenset[str]) -> Part:
        """This part where `bound` and `changed` are other things than what it binds and changes."""
        if not bound & self.binds and not changed & (self.stores | self.hands):
            return self
        stores, hands = self.stores - changed, self.hands - changed
        return replace(self, binds=self.binds - bound, stores=stores, hands=hands)


def parts(tree: ast.Module) -> tuple[Part, ...]:
    """The top-level statements of a cell."""
    return tuple(_part(node) for node in tree.body)


def needed(candidates: Sequence[Part], names: Iterable[str]) -> set[Part]:
    """Those of the statements that make these names, or anything that they mention in turn.

    A statement makes a name that it binds, and one whose object it stores into (`table["a"] = 1`) or whose
    data it may change (`words.append(w)`, `fill(table)`, `fill()` where that changes it).
    """
    makers = _makers(candidates)
    doers: dict[str, list[str]] = {}  # by a name, the functions that change what it stands for
    runners: dict[str, list[Part]] = {}  # by such a function, the statements that run it
    for part in candidates:
        for name in part.effects:
            doers.setdefault(name, []).append(str(getattr(part.node, "name", "")))
        for function in part.runs:
            runners.setdefault(function, []).append(part)
    chosen: set[Part] = set()
    waiting, seen = list(names), set[str]()
    while waiting:
        name = waiting.pop()
        seen.add(name)
        running = [part for function in doers.pop(name, ()) for part in runners.pop(function, ())]
        for part in [*makers.pop(name, ()), *running]:
            if part not in chosen:
                chosen.add(part)
                waiting += part.uses
    bound = {name for part in chosen for name in part.binds}
    unknown = seen - bound - _LOOKS_ONLY
    if unknown:  # they may come from `from math import *`, about which the rules speak
        chosen |= {part for part in candidates if ("*", "*") in part.imports}
    return chosen


def tells_the_compiler(node: ast.stmt) -> bool:
    """Whether a statement is an import from `__future__`, which has to stand at the top of a file."""
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _makers(candidates: Sequence[Part]) -> dict[str, list[Part]]:
    packages = {name for part in candidates if part.imports for name in part.binds}
    data = {name for part in candidates if not isinstance(part.node, _NO_DATA) for name in part.binds}
    fixed = {name for part in candidates if _is_constant(part.node) for name in part.binds}
    changing = {name for part in candidates if not _is_constant(part.node) for name in part.binds}
    data -= fixed - changing
    makers: dict[str, list[Part]] = {}
    imported: set[tuple[str, str]] = set()
    for part in candidates:
        again = {name for name, _ in part.imports & imported}  # once more what is there already
        imported |= part.imports
        for name in (part.binds - again) | (part.stores - packages) | (part.hands & data):
            makers.setdefault(name, []).append(part)
    return makers


def _is_constant(node: ast.stmt) -> bool:
    """Whether a statement binds what no call can change."""
    value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
    return value is not None and all(isinstance(inner, _CONSTANT) for inner in ast.walk(value))


def _part(node: ast.stmt) -> Part:
    table = symtable.symtable(ast.unparse(node), "<cell>", "exec")
    bound = (s for s in table.get_symbols() if s.is_assigned() or s.is_imported() or s.is_namespace())
    binds = frozenset(s.get_name() for s in bound)
    now, later, declared = _uses(table)
    uses = now | later
    if isinstance(node, ast.Assert):
        return Part(node, binds, uses)
    stores, hands, runs = _changes(node)
    if isinstance(node, _DEFINITION):
        decorators = {d.id for d in map(_called, node.decorator_list) if isinstance(d, ast.Name)}
        effects = (stores | hands) & later | declared
        return Part(node, binds, uses, runs=frozenset(decorators), effects=effects)
    return Part(node, binds, uses, stores, hands, runs, imports=_imports(node))


def _uses(top: symtable.SymbolTable) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """The names of the module that a statement reads itself, those that what it defines reads or declares
    global, and those that this binds."""
    now = {s.get_name() for s in top.get_symbols() if s.is_referenced()}
    later: set[str] = set()
    declared: set[str] = set()
    waiting = list(top.get_children())
    while waiting:
        table = waiting.pop()
        later |= {s.get_name() for s in table.get_symbols() if s.is_global()}
        declared |= {s.get_name() for s in table.get_symbols() if s.is_declared_global() and s.is_assigned()}
        waiting += table.get_children()
    return frozenset(now), frozenset(later), frozenset(declared)


def _changes(statement: ast.stmt) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """The names that are stored into, those that are called on or given to a function, and the functions that
    are called as a statement."""
    stores: set[str] = set()
    hands: set[str] = set()
    runs: set[str] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Subscript | ast.Attribute) and not isinstance(node.ctx, ast.Load):
            stores |= _root(node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            hands |= _root(node.func)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            arguments = [] if node.func.id in _LOOKS_ONLY else node.args
            hands |= {part.id for part in arguments if isinstance(part, ast.Name)}
        elif isinstance(node, ast.Expr) and isinstance(called := _called(node.value), ast.Name):
            runs.add(called.id)
    return frozenset(stores), frozenset(hands), frozenset(runs)


def _called(node: ast.expr) -> ast.expr:
    return node.func if isinstance(node, ast.Call) else node


def _imports(node: ast.stmt) -> frozenset[tuple[str, str]]:
    if isinstance(node, ast.Import):  # `import a.b` binds a
        pairs = ((a.asname, a.name) if a.asname else (a.name.partition(".")[0],) * 2 for a in node.names)
        return frozenset(pairs)
    if isinstance(node, ast.ImportFrom):
        origin = f"{'.' * node.level}{node.module or ''}"
        names = ((a.asname or a.name, f"{origin}.{a.name}") for a in node.names)
        return frozenset(pair if pair[0] != "*" else ("*", "*") for pair in names)
    return frozenset()


def _root(node: ast.expr) -> set[str]:
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()
