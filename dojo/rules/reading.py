"""A module read and checked once, however many of its exercises ask: a hostile text is dear to read."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import lru_cache

from dojo.rules import check
from dojo.rules.source import SourceError, decode, keep_only, needed_by, parse


@dataclass(frozen=True)
class Part:
    """What one function of a module needs: the text that runs, its statements, and its own text alone."""

    source: str
    statements: list[ast.stmt]
    definition: str


@lru_cache(maxsize=32)
def part(content: bytes, function: str, also: tuple[str, ...] = ()) -> Part:
    """What `function` needs of a module, and the names in `also`; "" stands for what runs on import.

    Raises SourceError.
    """
    text, tree = _read(content)
    if tree is None:
        raise SourceError(text)
    source = keep_only(text, tree, needed_by(tree, function, also))
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
) -> tuple[check.Violation, ...]:
    """Everything in a part that these rules refuse, in line order. Raises SourceError."""
    statements = part(content, function, also).statements
    return tuple(check.violations(statements, rules, imports, own_gradients=own_gradients))


@lru_cache(maxsize=32)
def _read(content: bytes) -> tuple[str, ast.Module | None]:
    """The text and the syntax tree of a module; or else what is wrong with it, and None."""
    try:
        text = decode(content)
        return text, parse(text)
    except SourceError as error:
        return str(error), None
