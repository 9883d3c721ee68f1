"""A module read and checked once, however many of its exercises ask: a hostile text is dear to read."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from dojo.notebooks.slicing import needed, parts, tells_the_compiler
from dojo.rules import check
from dojo.rules.source import SourceError, decode, keep_only, needed_by, parse


@dataclass(frozen=True)
class Part:
    """What one function of a module needs: the text that runs, its statements, and its own text alone."""

    source: str
    statements: list[ast.stmt]
    definition: str


@lru_cache(maxsize=32)
def part(content: bytes, function: str, also: tuple[str, ...] = (), notebook: bool = False) -> Part:
    """What `function` needs of a module, and the names in `also`; "" stands for what runs on import.

    notebook: whether the text comes from one. In a file all that stands at the top level runs on import; the
    cells of a notebook look as if each stood alone, so that of them only what is needed runs.
    Raises SourceError.
    """
    text, tree = _read(content)
    if tree is None:
        raise SourceError(text)
    wanted = cells_needed_by(tree, function, also) if notebook else needed_by(tree, function, also)
    source = keep_only(text, tree, wanted)
    statements = parse(source).body  # what will run, so that this and nothing else is checked
    own = [node for node in tree.body if getattr(node, "name", None) == function]
    return Part(source, statements, keep_only(text, tree, own))


@lru_cache(maxsize=128)
def violations(
    content: bytes,
    function: str,
    rules: tuple[str, ...],
    imports: tuple[str, ...],
    also: tuple[str, ...] = (),
    own_gradients: bool = False,
    notebook: bool = False,
) -> tuple[check.Violation, ...]:
    """Everything in a part that these rules refuse, in line order. Raises SourceError."""
    statements = part(content, function, also, notebook).statements
    return tuple(check.violations(statements, rules, imports, own_gradients=own_gradients, notebook=notebook))


def cells_needed_by(tree: ast.Module, function: str, also: Sequence[str]) -> list[ast.stmt]:
    """The top-level statements, in order, that make what these names need."""
    cells = parts(tree)
    chosen = needed(cells, [function, *also])
    return [cell.node for cell in cells if cell in chosen or tells_the_compiler(cell.node)]


@lru_cache(maxsize=32)
def _read(content: bytes) -> tuple[str, ast.Module | None]:
    """The text and the syntax tree of a module; or else what is wrong with it, and None."""
    try:
        text = decode(content)
        return text, parse(text)
    except SourceError as error:
        return str(error), None
