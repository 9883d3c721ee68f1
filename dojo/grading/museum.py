"""The museum: right and wrong answers of an exercise as texts that could be handed in."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from dojo.grading.grader import Grader, Wrong

HEADER = "import math\nimport torch\nfrom torch import Tensor\nfrom jaxtyping import Float, Int\n\n"


def source_of(function: Callable[..., Any], name: str) -> str:
    """A module text that defines `function` under `name`, with the plain helpers of its file that it uses."""
    tree = _tree(Path(inspect.getsourcefile(function) or ""))
    line = function.__code__.co_firstlineno
    chosen = next(n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and _first_line(n) == line)
    helpers = _helpers(tree, chosen)
    text = [_plain(helper, helper.name) for helper in helpers if helper is not chosen]
    return HEADER + "\n\n".join([*text, _plain(chosen, name)]) + "\n"


def wrong_source(grader: Grader, wrong: Wrong) -> str:
    """A module text whose answer to the exercise is this misconception."""
    assert grader.reference is not None
    name = grader.reference.__name__
    if wrong.edit is None:
        assert wrong.function is not None
        return source_of(wrong.function, name)
    return _edited(grader, *wrong.edit)


def reference_source(grader: Grader) -> str:
    """The text of the solution module."""
    assert grader.reference is not None
    return Path(inspect.getsourcefile(grader.reference) or "").read_text(encoding="utf-8")


def wrong_function(grader: Grader, wrong: Wrong) -> Callable[..., Any]:
    """A misconception as a function, for comparing answers with it. Our own code, so it may run here."""
    if wrong.function is not None:
        return wrong.function
    return _compiled(wrong_source(grader, wrong), grader.reference.__name__)  # type: ignore[union-attr]


def _edited(grader: Grader, old: str, new: str) -> str:
    assert grader.reference is not None
    text = reference_source(grader)
    lines, first = inspect.getsourcelines(grader.reference)
    body = "".join(lines)
    if body.count(old) != 1:
        raise ValueError(
            f"{grader.id}: {old!r} stands {body.count(old)} times in the reference, so the edit is not clear"
        )
    before = text.split("\n")[: first - 1]
    after = text.split("\n")[first - 1 + len(lines) :]
    return "\n".join([*before, body.replace(old, new).rstrip("\n"), *after])


@cache
def _compiled(text: str, name: str) -> Callable[..., Any]:
    namespace: dict[str, Any] = {}
    exec(compile(text, "<misconception>", "exec"), namespace)
    return namespace[name]


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _first_line(node: ast.FunctionDef) -> int:
    return min([node.lineno, *(d.lineno for d in node.decorator_list)])


def _helpers(tree: ast.Module, chosen: ast.FunctionDef) -> list[ast.FunctionDef]:
    """Undecorated functions of the file that the chosen one mentions, directly or not, in file order."""
    plain = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef) and not n.decorator_list}
    wanted: set[str] = set()
    waiting = [chosen]
    while waiting:
        for node in ast.walk(waiting.pop()):
            if isinstance(node, ast.Name) and node.id in plain and node.id not in wanted:
                wanted.add(node.id)
                waiting.append(plain[node.id])
    return [node for name, node in plain.items() if name in wanted]


def _plain(node: ast.FunctionDef, name: str) -> str:
    return ast.unparse(
        ast.FunctionDef(**{**dict(ast.iter_fields(node)), "name": name, "decorator_list": [], "lineno": 1})
    )
