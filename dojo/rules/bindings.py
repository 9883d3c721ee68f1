"""What a module binds itself: its names, and the attributes of its classes."""

from __future__ import annotations

import ast

# Methods of a module that give it an attribute, whose name is their first argument.
_REGISTERS = frozenset("register_buffer register_parameter register_module add_module".split())
_LOOK_ONLY = frozenset("print str repr isinstance issubclass".split())


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


def only_looked_at(node: ast.AST, own: frozenset[str]) -> list[ast.expr]:
    """The parts of a node whose value is looked at there, and neither kept nor handed on.

    own: the names that the module binds itself, so that a builtin may be something else.
    """
    if isinstance(node, ast.Compare):
        return [node.left, *node.comparators]
    if isinstance(node, ast.FormattedValue) or (isinstance(node, ast.Attribute) and node.attr == "__name__"):
        return [node.value]
    if not isinstance(node, ast.Call) or any(isinstance(arg, ast.Starred) for arg in node.args):
        return []
    looks = isinstance(node.func, ast.Name) and node.func.id in _LOOK_ONLY - own
    # With three arguments the class of a class makes a new class; with fewer, a class makes an object.
    return [*(node.args if looks else []), *([node.func] if len(node.args) < 3 else [])]


def own_names(statements: list[ast.stmt]) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """The names that the module binds itself, the attributes that it gives to objects of its classes, the
    names that it imports.

    Where there is a class, an attribute may be set from outside too: `out._backward = ...`, `ctx.scale = 2`.
    """
    names: set[str] = set()
    attributes: set[str] = set()
    imported: set[str] = set()
    nodes = [inner for top in statements for inner in ast.walk(top)]
    classes = any(isinstance(node, ast.ClassDef) for node in nodes)
    for node in nodes:
        names.update(bound_by(node))
        if isinstance(node, ast.alias):
            imported.update(bound_by(node))
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            # From outside no protocol of Python's: a class may not be given another name, for instance.
            outside = classes and isinstance(node.value, ast.Name) and not is_dunder(node.attr)
            if is_self(node.value) or outside:
                attributes.add(node.attr)
        elif isinstance(node, ast.Call):
            attributes |= _registered(node)
        elif isinstance(node, ast.ClassDef):
            attributes |= {inner.name for inner in node.body if isinstance(inner, ast.FunctionDef)}
            attributes |= {
                n.id
                for inner in node.body
                for n in ast.walk(inner)
                if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
            }
    return frozenset(names), frozenset(attributes), frozenset(imported)


def _registered(call: ast.Call) -> set[str]:
    """The attribute that `self.register_buffer("mask", ...)` and its like define."""
    method = call.func
    if not isinstance(method, ast.Attribute) or method.attr not in _REGISTERS or not is_self(method.value):
        return set()
    first = call.args[0] if call.args else None
    return {first.value} if isinstance(first, ast.Constant) and isinstance(first.value, str) else set()
