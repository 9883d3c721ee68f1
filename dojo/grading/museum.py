"""The museum: right and wrong answers of an exercise as texts that could be handed in."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

from dojo.grading.grader import Grader, Wrong
from dojo.worker.wire import Code

Definition = ast.FunctionDef | ast.ClassDef
HEADER = "import math\nimport torch\nfrom torch import Tensor\nfrom jaxtyping import Float, Int\n\n"


def source_of(function: Callable[..., Any], name: str) -> str:
    """A text that defines `function`, which may be a class, under `name`, with the plain helpers of its file
    that it uses."""
    tree = _tree(Path(inspect.getsourcefile(function) or ""))
    chosen = _definition(tree, function)
    helpers = _helpers(tree, chosen)
    text = [_plain(helper, helper.name) for helper in helpers if helper is not chosen]
    return HEADER + "\n\n".join([*text, _plain(chosen, name)]) + "\n"


def alternative_source(grader: Grader, alternative: Callable[..., Any]) -> str:
    """A module text whose answer to the exercise is this alternative.

    Where an exercise is played, the play may use other names of the module, so that the alternative takes its
    place in the solution.
    """
    assert grader.reference is not None
    text = source_of(alternative, grader.reference.__name__)
    return text if grader.played_by is None else _replaced(grader, text)


def wrong_source(grader: Grader, wrong: Wrong) -> str:
    """A module text whose answer to the exercise is this misconception."""
    if wrong.edit is None:
        assert wrong.function is not None
        return alternative_source(grader, wrong.function)
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


class LocalStudent:
    """A misconception in the place of a student: what a play sees in the grader's own process."""

    def __init__(self, grader: Grader, wrong: Wrong) -> None:
        assert grader.reference is not None
        self._names: dict[str, Any] = {"__name__": "misconception"}  # of a class's __module__
        self._target = grader.reference.__name__
        exec(_code(wrong_source(grader, wrong)), self._names)  # anew each time: a module may hold a state

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._names[self._target](*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return self._names[name]

    def run(self, code: Code, *args: Any) -> Any:
        """Call a function of the grader's."""
        return code(*(self._names[self._target] if arg is self else arg for arg in args))


def _edited(grader: Grader, old: str, new: str) -> str:
    assert grader.reference is not None
    body = "".join(_lines(grader.reference)[0])
    if body.count(old) != 1:
        raise ValueError(
            f"{grader.id}: {old!r} stands {body.count(old)} times in the reference, so the edit is not clear"
        )
    return _replaced(grader, body.replace(old, new))


def _replaced(grader: Grader, definition: str) -> str:
    """The text of the solution module with another text in place of the reference."""
    assert grader.reference is not None
    text = reference_source(grader).split("\n")
    lines, first = _lines(grader.reference)
    return "\n".join([*text[: first - 1], definition.rstrip("\n"), *text[first - 1 + len(lines) :]])


@cache
def _lines(function: Callable[..., Any]) -> tuple[list[str], int]:
    """The lines of a function's source and the number of the first: dear to find, and often asked for."""
    return inspect.getsourcelines(function)


@cache
def _compiled(text: str, name: str) -> Callable[..., Any]:
    namespace: dict[str, Any] = {}
    exec(_code(text), namespace)
    return namespace[name]


@cache
def _code(text: str) -> CodeType:
    return compile(text, "<misconception>", "exec")


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _definition(tree: ast.Module, function: Callable[..., Any]) -> Definition:
    """Where a function or class stands in the tree of its file."""
    if isinstance(function, type):
        found = [n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == function.__name__]
        if len(found) != 1:
            raise ValueError(f"{len(found)} classes of this file are called {function.__name__}")
        return found[0]
    line = function.__code__.co_firstlineno
    return next(n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and _first_line(n) == line)


def _first_line(node: ast.FunctionDef) -> int:
    return min([node.lineno, *(d.lineno for d in node.decorator_list)])


def _helpers(tree: ast.Module, chosen: Definition) -> list[Definition]:
    """Undecorated definitions of the file that the chosen one mentions, directly or not, in file order.

    A name that the chosen one binds itself is its own.
    """
    own = _bound_in(chosen)
    plain = {n.name: n for n in tree.body if isinstance(n, Definition) and not n.decorator_list}
    plain = {name: node for name, node in plain.items() if name not in own or node is chosen}
    wanted: set[str] = set()
    waiting = [chosen]
    while waiting:
        for node in ast.walk(waiting.pop()):
            if isinstance(node, ast.Name) and node.id in plain and node.id not in wanted:
                wanted.add(node.id)
                waiting.append(plain[node.id])
    return [node for name, node in plain.items() if name in wanted]


def _bound_in(chosen: Definition) -> set[str]:
    """The arguments, variables and inner definitions of a definition, however deep."""
    inner = [node for node in ast.walk(chosen) if node is not chosen]
    names = {n.id for n in inner if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    names |= {n.arg for n in inner if isinstance(n, ast.arg)}
    return names | {n.name for n in inner if isinstance(n, Definition)}


def _plain(node: Definition, name: str) -> str:
    fields = {**dict(ast.iter_fields(node)), "name": name, "decorator_list": [], "lineno": 1}
    return ast.unparse(type(node)(**fields))
