"""The stub of one solution, text to text.

Inside a function, the lines from `# BEGIN SOLUTION` to `# END SOLUTION` become `raise NotImplementedError`;
lines `# STUB: code` directly before BEGIN become `code`, the start that a student is given. A region at
column 0 (helpers that only the solution needs) vanishes.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path

_MARKER = re.compile(r"([ \t]*)# (BEGIN|END) SOLUTION")
_START = re.compile(r"[ \t]*# STUB: (\S.*)")
_VANISHED = "\0"  # stands for a region at column 0 until the gap is closed
_LOOKS_LIKE_ONE = re.compile(r"#\s*(begin|end)[ _-]*solution|#\s*stub\b", re.IGNORECASE)

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Line = tuple[int, str]  # a line's number in the solution, from 1, and its text in the stub
Region = tuple[int, int, str]  # the lines of BEGIN and END, counted from 0, and their indentation


class StubError(Exception):
    """A solution from which no stub can be made: one line with file and line."""

    def __init__(self, path: Path | str, line: int, text: str) -> None:
        super().__init__(f"{path}:{line}: {text}")


def definitions(source: str | bytes) -> dict[str, Definition]:
    """The functions and classes of a module by name; of two with one name the last, as in Python itself.

    Raises SyntaxError, ValueError, RecursionError or MemoryError for text that is no module.
    """
    if isinstance(source, str):
        source = source.removeprefix("\ufeff")
    return {node.name: node for node in ast.parse(source).body if isinstance(node, Definition)}


def stub_text(solution_text: str, path: Path | str, targets: Iterable[str] = ()) -> str:
    """The stub of one solution module. `path` is for messages, `targets` are the functions that are graded.

    Raises StubError for a wrong marker, a target without a region, or text of a solution that survives.
    """
    lines = solution_text.replace("\r\n", "\n").split("\n")
    regions = _regions(lines, path)
    _check_targets("\n".join(lines), path, targets, regions)
    kept: list[Line] = []
    given: set[int] = set()
    done = 0
    for begin, end, indent in regions:
        first = begin
        while first > done and _START.fullmatch(lines[first - 1]):
            first -= 1
        kept += enumerate(lines[done:first], done + 1)
        kept += [(n + 1, indent + _START.sub(r"\1", lines[n])) for n in range(first, begin)]
        given |= set(range(first + 1, begin + 1))
        if indent:
            kept.append((begin + 1, f"{indent}raise NotImplementedError"))
        elif first == begin:
            kept.append((begin + 1, _VANISHED))
        done = end + 1
    kept += enumerate(lines[done:], done + 1)
    kept = _close_gaps(kept)
    _check_survivors([line for line in kept if line[0] not in given], path, _telling(lines, regions))
    _check_syntax(kept, path)
    return "\n".join(text for _, text in kept).rstrip() + "\n"


def _regions(lines: list[str], path: Path | str) -> list[Region]:
    """All regions in order. Every marker has to be paired, and END indented like its BEGIN."""
    regions: list[Region] = []
    begin: tuple[int, str] | None = None
    for number, line in enumerate(lines):
        marker = _MARKER.fullmatch(line)
        if marker is None:
            continue
        indent, word = marker.groups()
        if word == "BEGIN" and begin is not None:
            raise StubError(
                path, number + 1, f"BEGIN SOLUTION inside the region that line {begin[0] + 1} opens."
            )
        if word == "BEGIN":
            begin = number, indent
        elif begin is None:
            raise StubError(path, number + 1, "END SOLUTION without a BEGIN SOLUTION before it.")
        elif indent != begin[1]:
            raise StubError(
                path, number + 1, f"END SOLUTION is not indented like BEGIN in line {begin[0] + 1}."
            )
        else:
            regions.append((begin[0], number, indent))
            begin = None
    if begin is not None:
        raise StubError(path, begin[0] + 1, "BEGIN SOLUTION without an END SOLUTION after it.")
    return regions


def _check_targets(text: str, path: Path | str, targets: Iterable[str], regions: list[Region]) -> None:
    try:
        nodes = definitions(text)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise StubError(path, line, f"not valid Python: {getattr(error, 'msg', error)}.") from None
    for name in targets:
        if name not in nodes:
            raise StubError(
                path, 1, f"the manifest lists {name!r}, but no function or class here has that name."
            )
        first, last = nodes[name].lineno, nodes[name].end_lineno or 0
        # The END marker may follow the last statement, so only BEGIN counts.
        if not any(indent and first <= begin < last for begin, _, indent in regions):
            raise StubError(path, first, f"{name} is an exercise but has no BEGIN SOLUTION and END SOLUTION.")


def _close_gaps(kept: list[Line]) -> list[Line]:
    """Where regions vanished, leave the blank lines that their neighbours want, as a formatter would."""
    closed: list[Line] = []
    at = 0
    while at < len(kept):
        end = at
        while end < len(kept) and kept[end][1].strip() in ("", _VANISHED):
            end += 1
        gap = [text.strip() for _, text in kept[at:end]]
        if _VANISHED in gap:
            before, after = gap.index(_VANISHED), gap[::-1].index(_VANISHED)
            code = next((text for _, text in kept[end:] if not text.startswith("#")), "")
            is_definition = re.match(r"def |class |async |@", code)
            blank = max(before, after) if is_definition else before or min(after, 1)
            closed += [(kept[at][0], "")] * (blank if closed else 0)
        else:
            closed += kept[at:end]
        closed += kept[end : end + 1]
        at = end + 1
    return closed


def _telling(lines: list[str], regions: list[Region]) -> dict[str, int]:
    """The lines of all regions that would give something away: their code without spaces, and where it is."""
    found: dict[str, int] = {}
    for begin, end, _ in regions:
        for number in range(begin + 1, end):
            code = re.sub(r"^\s*return\b|\s", "", lines[number].split("  #")[0])
            # Short lines and openings of blocks say nothing; a formula is longer, and calls or computes.
            if len(code) >= 10 and re.search(r"[-+*/@(]", code) and not code.endswith((":", "(", "[")):
                found.setdefault(code, number + 1)
    return found


def _check_survivors(kept: list[Line], path: Path | str, telling: dict[str, int]) -> None:
    for number, text in kept:
        if _LOOKS_LIKE_ONE.search(text):
            raise StubError(path, number, f"{text.strip()!r} is misspelt or not where a marker may stand.")
        bare = re.sub(r"\s", "", text)
        for code, source in telling.items():
            if code in bare:
                raise StubError(path, number, f"this line would give away line {source} of the solution.")


def _check_syntax(kept: list[Line], path: Path | str) -> None:
    try:
        tree = ast.parse("\n".join(text for _, text in kept))
    except SyntaxError as error:
        number = kept[min(error.lineno or 1, len(kept)) - 1][0]
        raise StubError(path, number, f"the stub would not be valid Python here: {error.msg}.") from None
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any(isinstance(part, ast.Raise) for part in node.body):
            raise StubError(
                path, kept[node.lineno - 1][0], f"put the regions of {node.name} inside its methods."
            )
