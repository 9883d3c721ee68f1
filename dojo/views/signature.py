"""What a stub says about its function, read from the source: nothing is imported, so nothing of torch is."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Argument:
    """One argument: its name, what it is in words, its default as written."""

    name: str
    kind: str
    default: str | None = None


@dataclass(frozen=True)
class Signature:
    """A function or class as the stub declares it. `line` is where it starts, counted from 1."""

    line: int
    arguments: list[Argument]
    returns: str
    docstring: str


def read(path: Path, name: str, times: str) -> Signature | None:
    """The signature of `name` in a file; None where the file or the name is missing or cannot be parsed."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError, RecursionError, MemoryError):
        return None
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name == name:
            return _signature(node, times)
    return None


def _signature(node: ast.FunctionDef | ast.ClassDef, times: str) -> Signature:
    doc = ast.get_docstring(node) or ""
    if isinstance(node, ast.ClassDef):
        init = next((n for n in node.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"), None)
        return Signature(node.lineno, _arguments(init, times)[1:] if init else [], "", doc)
    return Signature(node.lineno, _arguments(node, times), in_words(node.returns, times), doc)


def _arguments(node: ast.FunctionDef, times: str) -> list[Argument]:
    spec = node.args
    ordered = [*spec.posonlyargs, *spec.args]
    defaults: list[ast.expr | None] = [None] * (len(ordered) - len(spec.defaults))
    defaults += spec.defaults
    arguments = [*ordered, *spec.kwonlyargs]
    values = [ast.unparse(default) if default else None for default in (*defaults, *spec.kw_defaults)]
    return [
        Argument(a.arg, in_words(a.annotation, times), value)
        for a, value in zip(arguments, values, strict=True)
    ]


def in_words(annotation: ast.expr | None, times: str) -> str:
    """`Float[Tensor, "N V"]` as `N×V float`, tuples, lists, unions of them likewise, the rest as written."""
    if annotation is None:
        return ""
    if isinstance(annotation, ast.Subscript) and isinstance(annotation.value, ast.Name):
        outer, inner = annotation.value.id, annotation.slice
        parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
        if (
            outer in ("Float", "Int", "Bool", "Integer")
            and len(parts) == 2
            and isinstance(parts[1], ast.Constant)
        ):
            return _shape(str(parts[1].value), times) + f" {outer.lower()}"
        if outer == "tuple" and all(not isinstance(part, ast.Constant) for part in parts):
            return "(" + ", ".join(in_words(part, times) for part in parts) + ")"
        if outer == "list" and len(parts) == 1:
            return "list of " + in_words(parts[0], times)
    if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
        return in_words(annotation.left, times) + " or " + in_words(annotation.right, times)
    return ast.unparse(annotation)


def _shape(letters: str, times: str) -> str:
    sizes = letters.split()
    if letters == "...":
        return "any shape,"
    return "scalar" if not sizes else times.join(sizes)
