"""The allow list on the syntax tree: what is not known to be harmless is refused before anything runs."""

from __future__ import annotations

import ast
import builtins
import difflib
import unicodedata
from dataclasses import dataclass

import torch

from dojo.rules.names import BUILTINS_REFUSED, allowed, forbidden, why

_OWN_DUNDERS = frozenset(
    "__init__ __call__ __repr__ __str__ __len__ __getitem__ __iter__ __next__ __add__ __radd__ __sub__ "
    "__rsub__ __mul__ __rmul__ __truediv__ __rtruediv__ __pow__ __rpow__ __neg__ __pos__ __matmul__ "
    "__rmatmul__ __eq__ __lt__ __le__ __gt__ __ge__ __hash__ __bool__ __float__ __int__ __iadd__ __isub__ "
    "__imul__ __contains__ __enter__ __exit__ __post_init__".split()
)
_MODULE_NAMES = frozenset(("__name__", "__doc__"))
_CONTEXTS = frozenset(("no_grad", "inference_mode"))


@dataclass(frozen=True)
class Violation:
    """A broken rule: the student's line and one sentence."""

    line: int
    message: str


def violations(
    statements: list[ast.stmt], rules: tuple[str, ...], imports: tuple[str, ...]
) -> list[Violation]:
    """Everything in these statements that the rules of an exercise refuse, in line order."""
    checker = _Checker(statements, rules, imports)
    for node in statements:
        checker.visit(node)
    return sorted(checker.found, key=lambda violation: violation.line)


class _Checker(ast.NodeVisitor):
    """Walks a tree and notes what is not on the list."""

    def __init__(self, statements: list[ast.stmt], rules: tuple[str, ...], imports: tuple[str, ...]) -> None:
        self.rules, self.imports = rules, imports
        self.found: list[Violation] = []
        self.own, self.own_attributes = _own_names(statements)
        self.names = allowed(rules, imports)

    def refuse(self, node: ast.AST, message: str) -> None:
        line = getattr(node, "lineno", 1)
        self.found.append(Violation(line, f"Line {line} {message}"))

    def check_name(self, node: ast.AST, name: str, shown: str) -> None:
        """An attribute, or a name taken from a module."""
        name = unicodedata.normalize("NFKC", name)
        if name in self.names or (self.is_own_attribute(name) and name not in forbidden(self.rules)):
            return
        reason = why(name, self.rules)
        if reason:
            self.refuse(node, f"uses `{shown}`, which {reason}.")
        elif name.startswith("_"):
            self.refuse(node, f"uses `{shown}`: names with a leading underscore are out of bounds.")
        else:
            near = difflib.get_close_matches(name, self.names, n=1, cutoff=0.75)
            advice = f"; the nearest allowed name is `{near[0]}`" if near else ""
            self.refuse(node, f"uses `{shown}`, which is not on the list of allowed names{advice}.")

    def is_own_attribute(self, name: str) -> bool:
        """Whether the module's own classes have it. A name that torch has too stays torch's: `torch.jit`
        must not become legal because some class calls an attribute `jit`."""
        torchs = hasattr(torch, name) or hasattr(torch.Tensor, name)
        return name in self.own_attributes and (not torchs or name in _OWN_DUNDERS)

    def check_import(self, node: ast.AST, module: str) -> None:
        parts = module.split(".")
        if parts[0] not in self.imports:
            listed = ", ".join(self.imports)
            self.refuse(node, f"imports `{module}`: answers may import only {listed}.")
        for part in parts[1:]:
            self.check_name(node, part, module)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self.check_import(node, alias.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.level:
            self.refuse(
                node,
                "imports from a neighbouring file: each module is graded by itself, so copy what you need.",
            )
            return
        module = node.module or ""
        if module == "__future__":
            return
        self.check_import(node, module)
        for alias in node.names:
            if alias.name == "*":
                self.refuse(node, f"imports `*` from {module}: import the names that you use.")
            else:
                self.check_name(node, alias.name, f"{module}.{alias.name}")

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.check_name(node, node.attr, f".{node.attr}")
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        name = unicodedata.normalize("NFKC", node.id)
        if name in self.own or name in _MODULE_NAMES:
            return
        if name in BUILTINS_REFUSED or (name.startswith("__") and hasattr(builtins, name)):
            self.refuse(node, f"uses `{name}`, which could reach around the rules.")
        elif name.startswith("__") and name.endswith("__"):
            self.refuse(node, f"uses `{name}`: names with a leading underscore are out of bounds.")

    def visit_keyword(self, node: ast.keyword) -> None:
        if node.arg and node.arg not in self.own:
            reason = why(node.arg, self.rules)
            if reason:
                self.refuse(node.value, f"passes `{node.arg}=`, which {reason}.")
        self.generic_visit(node)

    def visit_With(self, node: ast.With) -> None:
        for item in node.items:
            call = item.context_expr
            name = (
                call.func.attr
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
                else None
            )
            if name not in _CONTEXTS:
                self.refuse(node, "opens a `with` block: only `with torch.no_grad():` is allowed.")
        self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        if node.keywords:
            self.refuse(node, "gives a class a keyword such as `metaclass`, which is out of bounds.")
        for statement in node.body:
            if (
                isinstance(statement, ast.FunctionDef)
                and statement.name.startswith("__")
                and statement.name not in _OWN_DUNDERS
            ):
                self.refuse(statement, f"defines `{statement.name}`, which is out of bounds.")
        self.generic_visit(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self.refuse(node, "defines an `async` function, which is out of bounds.")


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


def _own_names(statements: list[ast.stmt]) -> tuple[frozenset[str], frozenset[str]]:
    """Names that the module binds itself, and the attributes that its classes define."""
    names: set[str] = set()
    attributes: set[str] = set()
    for node in (inner for top in statements for inner in ast.walk(top)):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and _is_self(node.value):
            attributes.add(node.attr)
        if isinstance(node, ast.ClassDef):
            attributes |= {inner.name for inner in node.body if isinstance(inner, ast.FunctionDef)}
            attributes |= {
                n.id
                for inner in node.body
                for n in ast.walk(inner)
                if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
            }
    return frozenset(names), frozenset(attributes)
