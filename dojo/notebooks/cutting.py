"""A solution's module cut into cells: what it gives, and one text for each exercise."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from dojo.regions import Definition, StubError

Span = tuple[int, int]  # lines from 0, the last exclusive

_MARKER = re.compile(r"([ \t]*)# (BEGIN|END) SOLUTION")


@dataclass(frozen=True)
class ModuleCells:
    """What a module gives above its first exercise, and the text of each answer by its function's name."""

    given: str
    answers: dict[str, str]


def cut(text: str, targets: Collection[str], path: Path | str) -> ModuleCells:
    """Cut a solution at the functions in `targets`. The answers keep the solution, in nbgrader's markers.

    A helper of the solution, or a comment, between two exercises goes to the cell of the later one. Raises
    StubError for code below the first exercise that is neither: no cell of a notebook would hold it.
    """
    lines = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    helpers = _regions_at_the_margin(lines)
    body = ast.parse("\n".join(lines)).body
    starts: dict[str, int] = {}
    for node in body:
        own = (_first_line(node), node.end_lineno or node.lineno)
        if isinstance(node, Definition) and node.name in targets:
            starts[node.name] = _with_helpers(lines, own[0], helpers)
        elif starts and not any(begin <= own[0] < end for begin, end in helpers):
            raise StubError(path, own[0] + 1, "what a module gives has to stand above its first exercise.")
    ends = [*list(starts.values())[1:], len(lines)]
    answers = {name: _cell(lines[start:end]) for (name, start), end in zip(starts.items(), ends, strict=True)}
    top = lines[: next(iter(starts.values()), len(lines))]
    return ModuleCells(_cell(top[_after_docstring(body) :]), answers)


def _first_line(node: ast.stmt) -> int:
    return min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))]) - 1


def _regions_at_the_margin(lines: list[str]) -> list[Span]:
    begins = [number for number, line in enumerate(lines) if line == "# BEGIN SOLUTION"]
    ends = [number + 1 for number, line in enumerate(lines) if line == "# END SOLUTION"]
    return list(zip(begins, ends, strict=True))


def _with_helpers(lines: list[str], first: int, helpers: list[Span]) -> int:
    """Where the cell of a definition in line `first` begins: with the comments and helpers right above it."""
    start = first
    while start > 0:
        region = next((span for span in helpers if span[1] == start), None)
        line = lines[start - 1]
        if region is not None:
            start = region[0]
        elif not line.strip() or line.startswith("#"):
            start -= 1
        else:
            break
    while not lines[start].strip():
        start += 1
    return start


def _after_docstring(body: list[ast.stmt]) -> int:
    """The line after a module's docstring, which says for a file what the handout says in a notebook."""
    first = body[0] if body else None
    is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return (first.end_lineno or 0) if first is not None and is_docstring else 0


def _cell(lines: list[str]) -> str:
    marked = (_MARKER.sub(r"\1### \2 SOLUTION", line) if _MARKER.fullmatch(line) else line for line in lines)
    return "\n".join(marked).strip("\n")
