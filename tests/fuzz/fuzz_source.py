"""Everything that looks at a student's file before it runs. The input is that file.

Whatever that is, it is refused with one sentence, or what is kept of it parses, keeps its line numbers, and
is exactly what was checked: the statements that the exercise needs.
"""

from __future__ import annotations

import ast
import builtins
import keyword
from typing import Any

from dojo.rules.check import violations
from dojo.rules.source import SourceError, decode, keep_only, needed_by, parse
from dojo.stubs import is_untouched
from dojo.text import clean

from .bounds import bounded

COVERED = ("dojo.rules", "dojo.stubs", "dojo.regions", "dojo.text", "tokenize")
MAX_LEN = 2048
RULES = ("autograd", "torch.nn", "cross_entropy", "softmax", "batch_norm", "finite_differences")
IMPORTS = ("torch", "math", "jaxtyping", "typing", "itertools", "functools", "collections")
STUB = "import torch\n\n\ndef f(x):\n    raise NotImplementedError\n"
TOKENS = (
    *keyword.kwlist,
    *(name for name in dir(builtins) if name.startswith("__") or name in ("open", "eval", "type")),
    *("import torch", "torch.nn.functional", ".backward()", "@property", "def f(x):\n    ", "\n    ", "\\\n"),
    *('if __name__ == "__main__":', "# coding: latin-1\n", "\ufeff", "\r", "\x0c", '"""', "'''", 'f"{', "*="),
    *("case {'a': x, **rest}:", "match x:", "async ", "lambda: ", ":=", "**kwargs", "\u2028", "ａutograd"),
)


def one_input(data: bytes) -> None:
    """Prepare this file for an exercise with the target `f`."""
    with bounded(len(data)):
        try:
            text = decode(data)
            tree = parse(text)
            needed = needed_by(tree, "f")
            kept = keep_only(text, tree, needed)
            statements = parse(kept).body
        except SourceError as error:
            assert str(error).endswith((".", "Python text.")) and len(clean(str(error))) <= 500
            assert error.line is None or 0 <= error.line <= data.count(b"\n") + data.count(b"\r") + 2
            return
        before, after = _dumped(tree.body), _dumped(statements)
        assert after == _dumped(needed), "what runs is not what was asked for"
        assert all(line in before for line in after), "what runs is not in the file"
        assert kept.count("\n") == text.count("\n"), "the lines of errors would be wrong"
        is_untouched(text, STUB, "f")
        for rules in (RULES, ()):
            found = violations(statements, rules, IMPORTS)
            for one in found:
                assert 1 <= one.line <= text.count("\n") + 1
                shown = clean(one.message)
                assert shown.startswith("Line ") and "\n" not in shown
            assert found == sorted(found, key=lambda violation: violation.line)
        _check_imports(statements, found)


def _check_imports(statements: list[ast.stmt], found: list[Any]) -> None:
    """Without any rule, what may be imported is still only what the course lists."""
    for node in (inner for top in statements for inner in ast.walk(top)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module != "__future__":
            names = [node.module or ".", *(alias.name for alias in node.names if alias.name == "*")]
        assert found or all(name.split(".")[0] in IMPORTS for name in names), names


def _dumped(statements: list[ast.stmt]) -> list[list[Any]]:
    """All that a statement says and where. Not `ast.dump`, which cannot print a number of 5000 digits."""
    return [[_said(node) for node in ast.walk(top)] for top in statements]


def _said(node: ast.AST) -> tuple[Any, ...]:
    place = tuple(getattr(node, name, None) for name in node._attributes)
    return type(node), place, [v for _, v in ast.iter_fields(node) if not isinstance(v, (ast.AST, list))]
