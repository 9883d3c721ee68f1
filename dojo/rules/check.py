"""The allow list on the syntax tree: what is not known to be harmless is refused before anything runs."""

from __future__ import annotations

import ast
import builtins
import difflib
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from dojo.rules.bindings import bound_by, is_dunder, is_self, only_looked_at, own_names
from dojo.rules.names import allowed, forbidden, taken, why
from dojo.worker.inert import BUILTINS_REFUSED

_OWN_DUNDERS = frozenset(
    "__init__ __call__ __repr__ __str__ __len__ __getitem__ __iter__ __next__ __add__ __radd__ __sub__ "
    "__rsub__ __mul__ __rmul__ __truediv__ __rtruediv__ __pow__ __rpow__ __neg__ __pos__ __matmul__ "
    "__rmatmul__ __eq__ __lt__ __le__ __gt__ __ge__ __hash__ __bool__ __float__ __int__ __iadd__ __isub__ "
    "__imul__ __contains__ __enter__ __exit__ __post_init__".split()
)
_MODULE_NAMES = frozenset(("__name__", "__doc__"))
_BOUND_DUNDERS = _OWN_DUNDERS | {"__slots__", "__all__", "__doc__", "__author__", "__version__"}
_READABLE = frozenset(("__name__", "__class__"))  # as in `type(self).__name__`, for a `__repr__`
# Of a tensor, where the rules allow them; and the parameters of a layer that an exercise hands in.
_SETTABLE = frozenset(("data", "grad", "requires_grad", "gamma", "beta", "weight", "bias"))
_PLAIN_TYPES = frozenset("bool bytes dict float frozenset int list set str tuple".split())
_ORDINARY = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
_SUGGESTIONS = 20  # looking for the nearest name takes time, and one of them is shown
# Layers of the student's own have a `backward` too, and scalars a `grad`, where that is the exercise. On a
# tensor they lead nowhere: it has no graph, for what would start one stays forbidden, and calls run without.
_OWN_METHODS, _OWN_GRADIENTS = frozenset(("backward",)), frozenset(("grad",))
_CONTEXTS = frozenset(("no_grad", "inference_mode", "enable_grad", "set_grad_enabled"))
_COMPLEX = why("complex", ("finite_differences",))


@dataclass(frozen=True)
class Violation:
    """A broken rule: the student's line and one sentence."""

    line: int
    message: str


def violations(
    statements: list[ast.stmt],
    rules: tuple[str, ...],
    imports: tuple[str, ...],
    *,
    own_gradients: bool = False,
    notebook: bool = False,
) -> list[Violation]:
    """Everything in these statements that the rules of an exercise refuse, in line order.

    own_gradients: whether the exercise is about objects that have gradients themselves.
    notebook:      whether they come from one, in which experiments may stand anywhere.
    """
    checker = _Checker(statements, rules, imports)
    checker.own_gradients = own_gradients
    for statement in statements:
        checker.experiment = not (notebook or isinstance(statement, _ORDINARY))
        for node in ast.walk(statement):  # no recursion: a student's nesting may be deeper than our stack
            checker.look(node)
    return sorted(checker.found, key=lambda violation: violation.line)


@lru_cache(maxsize=256)  # the same name is asked for again for each exercise of a module
def _nearest(name: str, names: frozenset[str]) -> str:
    """The allowed name that is most like this one; empty where none is like it."""
    return next(iter(difflib.get_close_matches(name, names, n=1, cutoff=0.75)), "")


class _Checker:
    """Looks at one node after the other and notes what is not on the list."""

    own_gradients = False
    experiment = False  # whether what it looks at runs on import, and is neither a definition nor an import

    def __init__(self, statements: list[ast.stmt], rules: tuple[str, ...], imports: tuple[str, ...]) -> None:
        self.rules, self.imports = rules, imports
        self.found: list[Violation] = []
        self.own, self.own_attributes, self.imported = own_names(statements)
        self.names, self.forbidden = allowed(rules, imports), forbidden(rules)
        self.looked_at: set[int] = set()  # nodes whose value is only looked at, by identity

    def look(self, node: ast.AST) -> None:
        """Look at the names that a node binds, whatever kind of node it is, then at the node itself."""
        for name in bound_by(node):
            if is_dunder(name) and name not in _BOUND_DUNDERS:
                self.refuse(node, f"defines `{name}`, which is out of bounds.")
        self.looked_at.update(map(id, only_looked_at(node, self.own)))
        special = getattr(self, f"look_at_{type(node).__name__}", None)
        if special is not None:
            special(node)

    def refuse(self, node: ast.AST, message: str) -> None:
        line = getattr(node, "lineno", 1)
        advice = " Experiments belong under `if __name__ == '__main__':`." if self.experiment else ""
        self.found.append(Violation(line, f"Line {line} {message}{advice}"))

    def check_name(self, node: ast.AST, name: str, shown: str) -> None:
        """An attribute, or a name taken from a module."""
        name = unicodedata.normalize("NFKC", name)
        own = name in self.own_attributes
        if name in self.names or name in _READABLE or (own and self.may_be_own(name)):
            return
        reason = why(name, self.rules)
        if reason:
            self.refuse(node, f"uses `{shown}`, which {reason}.")
        elif name.startswith("_"):
            self.refuse(node, f"uses `{shown}`: names with a leading underscore are out of bounds.")
        elif own:
            self.refuse(node, f"uses `{shown}`, a name that torch or Python has itself: choose another.")
        else:
            few = len(self.found) < _SUGGESTIONS
            near = _nearest(name, self.names) if few else ""
            advice = f"; the nearest allowed name is `{near}`" if near else ""
            self.refuse(node, f"uses `{shown}`, which is not on the list of allowed names{advice}.")

    def may_be_own(self, name: str) -> bool:
        """Whether an attribute of the module's own classes is legal. A name that leads somewhere on things of
        torch's or Python's stays theirs: `torch.jit` and `frame.f_back` must not become legal because some
        class calls an attribute `jit` or `f_back`."""
        if is_dunder(name):
            return name in _OWN_DUNDERS
        if name in _OWN_METHODS or (self.own_gradients and name in _OWN_GRADIENTS):
            return True
        return name not in self.forbidden and name not in taken(self.imports)

    def check_import(self, node: ast.AST, module: str) -> None:
        parts = module.split(".")
        if parts[0] not in self.imports:
            listed = ", ".join(self.imports)
            self.refuse(node, f"imports `{module}`: answers may import only {listed}.")
        for part in parts[1:]:
            self.check_name(node, part, module)

    def look_at_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self.check_import(node, alias.name)

    def look_at_ImportFrom(self, node: ast.ImportFrom) -> None:
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

    def look_at_Attribute(self, node: ast.Attribute) -> None:
        if node.attr == "__class__" and id(node) not in self.looked_at:
            # From a class it leads to `type`, which makes classes with any names at all.
            self.refuse(node, "keeps `.__class__` for later: compare it, or use `isinstance`.")
        self.check_name(node, node.attr, f".{node.attr}")
        if not isinstance(node.ctx, ast.Load) and not self.may_store(node):
            self.refuse(node, f"changes `.{node.attr}` of something that is not an object of your own class.")

    def may_store(self, node: ast.Attribute) -> bool:
        """Whether an attribute may be set or deleted: one of the student's own objects', or a tensor's data.
        What has been set on torch or on its classes would mislead everything that runs afterwards."""
        root: ast.AST = node
        while isinstance(root, (ast.Attribute, ast.Subscript, ast.Call)):
            root = root.func if isinstance(root, ast.Call) else root.value
        if isinstance(root, ast.Name) and root.id in self.imported:
            return False
        return is_self(node.value) or node.attr in self.own_attributes or node.attr in _SETTABLE

    def look_at_Call(self, node: ast.Call) -> None:
        one = len(node.args) == 1 and not isinstance(node.args[0], ast.Starred) and not node.keywords
        of_type = isinstance(node.func, ast.Name) and node.func.id == "type" and "type" not in self.own
        if getattr(node.func, "attr", None) == "inference_mode" and (node.args or node.keywords):
            self.refuse(node, "gives `inference_mode` an argument, which can switch autograd on.")
        if of_type and not one:
            self.refuse(node, "makes a class with `type(...)`: write it with `class`.")

    def look_at_Constant(self, node: ast.Constant) -> None:
        if type(node.value) is complex and "finite_differences" in self.rules:
            self.refuse(node, f"uses `{node.value}`, which {_COMPLEX}.")

    def look_at_MatchClass(self, node: ast.MatchClass) -> None:
        for name in node.kwd_attrs:
            if name == "__class__":
                self.refuse(node, "matches `__class__`: use `isinstance`.")
            self.check_name(node, name, f".{name}")
        plain = isinstance(node.cls, ast.Name) and node.cls.id in _PLAIN_TYPES - self.own
        if node.patterns and not plain:
            self.refuse(node, "matches a class by position: name its attributes (`case Point(x=0)`).")

    def look_at_Name(self, node: ast.Name) -> None:
        own = node.id in self.own and (not is_dunder(node.id) or node.id in _BOUND_DUNDERS)
        if own or node.id in _MODULE_NAMES:
            return
        if node.id in BUILTINS_REFUSED or (is_dunder(node.id) and hasattr(builtins, node.id)):
            self.refuse(node, f"uses `{node.id}`, which could reach around the rules.")
        elif node.id == "complex" and "finite_differences" in self.rules:
            self.refuse(node, f"uses `complex`, which {_COMPLEX}.")
        elif is_dunder(node.id):
            self.refuse(node, f"uses `{node.id}`: names with a leading underscore are out of bounds.")

    def look_at_keyword(self, node: ast.keyword) -> None:
        if node.arg and (node.arg not in self.own or node.arg == "requires_grad"):
            reason = why(node.arg, self.rules)
            if reason:
                self.refuse(node.value, f"passes `{node.arg}=`, which {reason}.")

    def look_at_With(self, node: ast.With) -> None:
        for item in node.items:
            call = item.context_expr
            function = call.func if isinstance(call, ast.Call) else None
            known = isinstance(function, ast.Attribute) and function.attr in _CONTEXTS - self.own_attributes
            # Of torch itself: a method of that name could hand out any context.
            of = getattr(function, "value", None)
            if not known or not isinstance(of, ast.Name) or of.id not in self.imported:
                self.refuse(node, "opens a `with` block: only `with torch.no_grad():` is allowed.")

    def look_at_ClassDef(self, node: ast.ClassDef) -> None:
        if node.keywords or any(isinstance(base, ast.Name) and base.id == "type" for base in node.bases):
            self.refuse(node, "gives a class a metaclass or another keyword, which is out of bounds.")

    def look_at_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self.refuse(node, "defines an `async` function, which is out of bounds.")
