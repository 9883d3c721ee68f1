"""Grader files as students may have them: without alternatives, and unless allowed without misconceptions.

What only the museum needs goes with it: helpers, constants, imports, comments. The rest stays as written.
"""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterable
from functools import cache

from dojo.regions import Definition
from dojo.release.chunks import Chunk, chunks, joined

ANSWERS = frozenset({"alternative", "misconception_by_edit"})  # an edit shows a line of the solution
WRONG = "misconception"
STATES = frozenset({"property", "play"})  # what a grader must not lose
MAKERS = frozenset({"grades", "backward_of", "open_ended"})
PURE = frozenset({"cache", "lru_cache", "dataclass", "contextmanager"})  # these decorators register nothing


class StripError(Exception):
    """A grader file that cannot be told apart into museum and the rest: one line with file and line."""


def public_text(text: str, path: str, *, misconceptions: bool) -> str:
    """The text of a grader file without its museum. `path` is for messages. Raises StripError.

    misconceptions: whether those that are functions stay; those that edit the solution's text never do.
    """
    try:
        parts = chunks(text)
    except SyntaxError as error:
        raise StripError(f"{path}:{error.lineno}: cannot be cut into statements: {error.msg}.") from None
    banned = ANSWERS if misconceptions else ANSWERS | {WRONG}
    statements = [part.node for part in parts]
    gone = _museum(statements, banned, path)
    left = [s for s in statements if s not in gone]
    before, after = _live(statements), _live(left)
    kept = [part for part in parts if part.node not in gone and _stays(part.node, before, after)]
    _check(kept, statements, path)
    wanted = _names(part.node for part in kept)
    unused = _names(statements) - wanted
    return joined(parts, [part.without(unused) for part in kept])


def _museum(statements: list[ast.stmt], banned: frozenset[str], path: str) -> set[ast.stmt]:
    """The statements that register right or wrong answers, and the calls of functions that do."""
    gone = {s for s in statements if _mentions(s, banned)}
    registrars = {s.name for s in gone if isinstance(s, ast.FunctionDef) and not s.decorator_list}
    gone |= {s for s in statements if isinstance(s, ast.Expr) and _called(s.value) in registrars}
    for s in gone:
        if _mentions(s, STATES) or (isinstance(s, ast.Assign) and _makes_a_grader(s)):
            raise StripError(
                f"{path}:{s.lineno}: this statement registers an answer and a property: write two of it."
            )
    return gone


def _mentions(node: ast.AST, names: frozenset[str]) -> bool:
    return any(isinstance(n, ast.Attribute) and n.attr in names for n in ast.walk(node))


def _called(node: ast.expr) -> str | None:
    called = node.func if isinstance(node, ast.Call) else None
    return called.id if isinstance(called, ast.Name) else None


def _makes_a_grader(node: ast.AST) -> bool:
    return any(isinstance(n, ast.Call) and _called(n) in MAKERS for n in ast.walk(node))


def _stays(node: ast.stmt, before: set[ast.stmt], after: set[ast.stmt]) -> bool:
    if node in after:
        return True
    # A constant that nothing has ever read may be for somebody else; a function may be an answer.
    return node not in before and not isinstance(node, Definition)


def _live(statements: list[ast.stmt]) -> set[ast.stmt]:
    """The statements that do something of their own, and all that these need, directly or not."""
    bound: dict[str, list[ast.stmt]] = {}
    for s in statements:
        for name in _binds(s):
            bound.setdefault(name, []).append(s)
    waiting = [s for s in statements if not _is_passive(s)]
    live = set(waiting)
    while waiting:
        for name in references(waiting.pop()):
            fresh = [s for s in bound.get(name, []) if s not in live]
            live |= set(fresh)
            waiting += fresh
    return live


def _is_passive(node: ast.stmt) -> bool:
    """Whether a statement only gives a name to something, so that it may go where nobody uses the name."""
    if isinstance(node, Definition):
        return all(_decorator(d) in PURE for d in node.decorator_list)
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        return bool(_binds(node)) and not _makes_a_grader(node)
    return isinstance(node, (ast.Import, ast.ImportFrom))


def _decorator(node: ast.expr) -> str | None:
    node = node.func if isinstance(node, ast.Call) else node
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", None)


def _binds(node: ast.stmt) -> set[str]:
    """The names of the module that a statement gives a value; none where it also changes something else."""
    if isinstance(node, Definition):
        return {node.name}
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return {alias.asname or alias.name.split(".")[0] for alias in node.names}
    if not isinstance(node, (ast.Assign, ast.AnnAssign)):
        return set()
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    parts = [n for target in targets for n in ast.walk(target)]
    if any(isinstance(n, (ast.Attribute, ast.Subscript)) for n in parts):
        return set()
    return {n.id for n in parts if isinstance(n, ast.Name)}


@cache
def references(node: ast.stmt) -> set[str]:
    """The names of the module that a statement reads, now or when it is called."""
    found: set[str] = set()
    waiting = [symtable.symtable(ast.unparse(node), "<grader>", "exec")]
    while waiting:
        table = waiting.pop()
        waiting += table.get_children()
        top = table.get_type() == "module"
        found |= {s.get_name() for s in table.get_symbols() if s.is_referenced() and (top or s.is_global())}
    return found


def _names(statements: Iterable[ast.stmt]) -> set[str]:
    return {name for statement in statements for name in references(statement)}


def _check(kept: list[Chunk], statements: list[ast.stmt], path: str) -> None:
    """Nothing that stays may need what goes."""
    here = {name for part in kept for name in _binds(part.node)}
    lost = {name for s in statements for name in _binds(s)} - here
    for part in kept:
        for name in sorted(references(part.node) & lost):
            raise StripError(
                f"{path}:{part.node.lineno}: what is used here, {name}, goes with the answers of the museum: "
                "give it a name and a text of its own."
            )
