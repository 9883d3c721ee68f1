"""What a module binds itself: its names, and the attributes of its classes."""

from __future__ import annotations

import ast


def is_self(node: ast.AST) -> bool:
    """Whether an expression is the name `self`."""
    return isinstance(node, ast.Name) and node.id == "self"


def is_dunder(name: str) -> bool:
    """Whether a name belongs to Python's own protocols."""
    return name.startswith("__") and name.endswith("__")


def bound_by(node: ast.AST) -> list[str]:
    """The names that a node itself binds."""
    if isinstance(node, ast.Name):
        return [] if isinstance(node.ctx, ast.Load) else [node.id]
    if isinstance(node, ast.alias):
        return [node.asname or node.name.partition(".")[0]]
    if isinstance(node, ast.keyword):
        return []
    found = [getattr(node, field, None) for field in ("name", "arg", "rest")]
    return [name for name in (*found, *getattr(node, "names", ())) if isinstance(name, str)]


def own_names(statements: list[ast.stmt]) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """The names that the module binds itself, the attributes that its classes define, the names that it
    imports."""
    names: set[str] = set()
    attributes: set[str] = set()
    imported: set[str] = set()
    for node in (inner for top in statements for inner in ast.walk(top)):
        names.update(bound_by(node))
        if isinstance(node, ast.alias):
            imported.update(bound_by(node))
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and is_self(node.value):
            attributes.add(node.attr)
        elif isinstance(node, ast.ClassDef):
            attributes |= {inner.name for inner in node.body if isinstance(inner, ast.FunctionDef)}
            attributes |= {
                n.id
                for inner in node.body
                for n in ast.walk(inner)
                if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
            }
    return frozenset(names), frozenset(attributes), frozenset(imported)
