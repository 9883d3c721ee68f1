"""Mutants of a model answer: text in, altered texts out, in an order that is always the same.

Only what a student writes is altered: what stands between `# BEGIN SOLUTION` and `# END SOLUTION` of the
exercise's own function or class, the defaults in its signature, and the helpers that only the solution has.
"""

from __future__ import annotations

import ast
import difflib
import hashlib
import re
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from dojo.regions import Definition
from dojo.truth.operators import OPERATORS, Operator
from dojo.truth.operators.sites import Region, Replacement, Site, sites

_MARKER = re.compile(r"([ \t]*)# (BEGIN|END) SOLUTION")
_LAYOUT = re.compile(r"[\s()'\"]")  # where Python's versions differ in how they write a tree
CONTEXT = 1  # lines around a change in a diff


@dataclass(frozen=True)
class Mutant:
    """One wrong version. `source` is a module without comments, `diff` what is different in it, `line` the
    line of the solution; `id` is the operator and a digest of what it changed, so that it stays the same
    when something else in the module changes."""

    id: str
    operator: str
    line: int
    source: str
    diff: str


def mutants(
    text: str, target: str, operators: tuple[Operator, ...] = OPERATORS, free: frozenset[str] = frozenset()
) -> list[Mutant]:
    """All mutants of one function or class of a solution module, and of its helpers but those in `free`.

    Dropped are those that are the reference again, that another operator has made, or that do not compile.
    Raises SyntaxError for a text that is no module, KeyError where it has no such target.
    """
    tree = ast.parse(text)
    module = _Module(tree)
    places = list(_all_sites(text, tree, target, free))
    seen = set(module.parts.values())
    counts: Counter[str] = Counter()
    found = []
    for operator in operators:
        for top, site in places:
            for new in operator(site):
                with _put(site, new):
                    part = ast.unparse(top)
                if part not in seen and compiles(part):
                    seen.add(part)
                    diff = _diff(module.parts[top], part)
                    name = _id(operator.__name__, diff, counts)
                    source = module.text(top, part)
                    found.append(Mutant(name, operator.__name__, _line(site), source, diff))
    return found


def plain(text: str) -> str:
    """A module as mutants have it: without comments, each statement on a line of its own."""
    return _Module(ast.parse(text)).text()


def compiles(source: str) -> bool:
    """Whether Python takes this text, and says nothing against it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(source, "<mutant>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


class _Module:
    """A module's top-level statements as text, of which one may be another."""

    def __init__(self, tree: ast.Module) -> None:
        self.parts = {node: ast.unparse(node) for node in tree.body}

    def text(self, altered: ast.stmt | None = None, instead: str = "") -> str:
        """The whole text, with `instead` in the place of one statement."""
        parts = [instead if node is altered else part for node, part in self.parts.items()]
        return "\n\n".join(parts) + "\n"


def _all_sites(
    text: str, tree: ast.Module, target: str, free: frozenset[str]
) -> Iterator[tuple[ast.stmt, Site]]:
    """Every place that may be altered, with the top-level statement that it is in."""
    inner, outer = _regions(text)
    own = next((n for n in reversed(tree.body) if isinstance(n, Definition) and n.name == target), None)
    if own is None:
        raise KeyError(target)
    last = own.end_lineno or own.lineno
    regions = [(a, b) for a, b in inner if own.lineno <= a and a <= last] or [(own.lineno + 1, last)]
    for site in sites(own, regions):
        yield own, site
    for helper in [node for node in _helpers(tree, own, outer) if not _bound_by(node) & free]:
        for site in sites(helper, [(helper.lineno, helper.end_lineno or helper.lineno)]):
            yield helper, site


def _regions(text: str) -> tuple[list[Region], list[Region]]:
    """The lines inside regions, counted from 1: those in functions, and those at column 0."""
    inner: list[Region] = []
    outer: list[Region] = []
    begin = 0
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        marker = _MARKER.fullmatch(line)
        if marker and marker[2] == "BEGIN":
            begin = number + 1
        elif marker:
            (inner if marker[1] else outer).append((begin, number - 1))
    return inner, outer


def _helpers(tree: ast.Module, own: ast.stmt, outer: list[Region]) -> list[ast.stmt]:
    """The statements that only the solution has and that the target needs, itself or through one another."""
    there = [n for n in tree.body if any(a <= n.lineno <= b for a, b in outer) and n is not own]
    binds = {n: {name for name in _names(n) if name in _bound_by(n)} for n in there}
    wanted: list[ast.stmt] = []
    waiting = [own]
    while waiting:
        needed = _names(waiting.pop())
        for node in there:
            if node not in wanted and binds[node] & needed:
                wanted.append(node)
                waiting.append(node)
    return [node for node in there if node in wanted]


def _names(node: ast.AST) -> set[str]:
    names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    return names | ({node.name} if isinstance(node, Definition) else set())


def _bound_by(node: ast.stmt) -> set[str]:
    if isinstance(node, Definition):
        return {node.name}
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


@contextmanager
def _put(site: Site, new: Replacement) -> Iterator[None]:
    """While the block runs, the tree has `new` in this place."""
    old = getattr(site.parent, site.field)
    if site.index is None:
        setattr(site.parent, site.field, new)
    else:
        instead = new if isinstance(new, list) else [new]
        block = [*old[: site.index], *(instead or [ast.Pass()]), *old[site.index + 1 :]]
        setattr(site.parent, site.field, block)
    try:
        yield
    finally:
        setattr(site.parent, site.field, old)


def _diff(before: str, after: str) -> str:
    """What is different, with a line around it; where there are several places, all in a row."""
    lines = difflib.unified_diff(before.split("\n"), after.split("\n"), n=CONTEXT, lineterm="")
    return "\n".join(line for line in list(lines)[2:] if not line.startswith("@@"))


def _id(operator: str, diff: str, counts: Counter[str]) -> str:
    """A name that hangs on nothing but the operator and the lines that it changed."""
    changed = "\n".join(line for line in diff.split("\n") if line[:1] in "+-")
    digest = hashlib.sha256(_LAYOUT.sub("", changed).encode()).hexdigest()
    key = f"{operator}-{digest[:8]}"
    counts[key] += 1  # the same change may be made in several places
    return key if counts[key] == 1 else f"{key}-{counts[key]}"


def _line(site: Site) -> int:
    """The line of a node, or of the nearest one that has a line."""
    for node in (site.node, *ast.walk(site.node), site.parent):
        if hasattr(node, "lineno"):
            return int(node.lineno)
    return 0
