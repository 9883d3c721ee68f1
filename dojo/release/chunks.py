"""A module's text cut at its statements, comments included, so that some can be left out."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, replace

WIDTH = 110


@dataclass(frozen=True)
class Chunk:
    """One statement: the comments and blank lines above it, its own lines, and what follows in its block."""

    node: ast.stmt
    above: tuple[str, ...]
    lines: tuple[str, ...]

    @property
    def gap(self) -> int:
        """How many blank lines stand above all of it."""
        return next((i for i, line in enumerate(self.above) if line.strip()), len(self.above))

    def without(self, names: set[str]) -> Chunk:
        """An import without these names; any other statement as it is. One of them at least has to stay."""
        node = self.node
        if not isinstance(node, (ast.Import, ast.ImportFrom)) or getattr(node, "module", "") == "__future__":
            return self
        left = [a for a in node.names if (a.asname or a.name.split(".")[0]) not in names]
        if len(left) == len(node.names) or not left:
            return self
        return replace(self, lines=_imported(node, left))


def chunks(text: str) -> list[Chunk]:
    """The statements of a module in order, each with what stands above it. Raises SyntaxError."""
    lines = text.replace("\r\n", "\n").split("\n")
    found: list[Chunk] = []
    done = 0
    for node in ast.parse("\n".join(lines)).body:
        first = min([node.lineno, *(part.lineno for part in getattr(node, "decorator_list", []))]) - 1
        while getattr(node, "decorator_list", []) and not lines[first].startswith("@"):
            first -= 1  # the tree tells where the expression after the @ begins, which may be a line below
        if first < done:
            raise SyntaxError("two statements share a line", ("", node.lineno, 0, "", 0, 0))
        end = last = node.end_lineno or node.lineno
        # Comments that are indented below the last statement of a block belong to it.
        while end < len(lines) and (not lines[end].strip() or lines[end].startswith((" ", "\t"))):
            end += 1
            last = end if lines[end - 1].strip() else last
        found.append(Chunk(node, tuple(lines[done:first]), tuple(lines[first:last])))
        done = last
    return found


def joined(before: Sequence[Chunk], kept: Sequence[Chunk]) -> str:
    """The text of the chunks that are kept, as far apart as they were from their neighbours."""
    nodes = {chunk.node for chunk in kept}
    gaps: dict[ast.stmt, int] = {}
    widest = 0
    for chunk in before:
        widest = max(widest, chunk.gap)
        if chunk.node in nodes:
            gaps[chunk.node], widest = widest, 0
    out: list[str] = []
    for chunk in kept:
        out += [""] * (gaps[chunk.node] if out else 0) + [*chunk.above[chunk.gap :], *chunk.lines]
    return "\n".join(out).rstrip("\n") + "\n"


def _imported(node: ast.Import | ast.ImportFrom, names: list[ast.alias]) -> tuple[str, ...]:
    """An import of these names as a formatter would write it."""
    if isinstance(node, ast.Import):
        return (ast.unparse(ast.Import(names)),)
    line = ast.unparse(ast.ImportFrom(node.module, names, node.level))
    if len(line) <= WIDTH:
        return (line,)
    head = line.partition(" import ")[0]
    return (f"{head} import (", *(f"    {ast.unparse(name)}," for name in names), ")")
