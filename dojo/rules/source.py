"""Student source as text: parsed safely, and cut down to what one exercise needs."""

from __future__ import annotations

import ast
import io
import itertools
import tokenize
import unicodedata
import warnings
from collections.abc import Sequence
from functools import lru_cache

PARTS = 20_000  # nodes of a module's syntax tree; the longest model module has 1,300
MARKS_IN_A_ROW = 30  # Unicode's own limit for text that has to be streamed


class SourceError(Exception):
    """Source that cannot be parsed. `line` is where; the text is one sentence."""

    def __init__(self, message: str, line: int | None = None) -> None:
        self.line = line
        super().__init__(message)


def decode(content: bytes) -> str:
    """Source as text. Only UTF-8 is read: a file cannot choose another coding to hide what it says."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise SourceError(f"Line {line} is not UTF-8 text: save the file as UTF-8.", line) from None
    if "\0" in text:
        raise SourceError("The file holds a NUL character: it is not a Python text.")
    coding, _ = _coding(content)
    if coding not in ("utf-8", "utf-8-sig"):
        raise SourceError(f"The file declares the coding {coding!r}: only UTF-8 is read.", 1)
    _limit_marks(text)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _limit_marks(text: str) -> None:
    """Refuse combining marks without end. Python sorts those of a name, in time that grows with their square:
    a file of 100 kB would take a minute to parse."""
    marks = 0
    for at, char in enumerate("" if text.isascii() else text):
        if char < "\u0300":
            marks = 0
            continue
        for is_mark in _marks(char):
            marks = marks + 1 if is_mark else 0
        if marks > MARKS_IN_A_ROW:
            line = text.count("\n", 0, at) + 1
            raise SourceError(
                f"Line {line} has more than {MARKS_IN_A_ROW} combining marks on one letter.", line
            )


@lru_cache(maxsize=4096)
def _marks(char: str) -> tuple[bool, ...]:
    """For each part of a character taken apart, whether it is a mark: some become marks only then."""
    return tuple(unicodedata.combining(part) > 0 for part in unicodedata.normalize("NFKD", char))


def _coding(content: bytes) -> tuple[str, Sequence[bytes]]:
    try:
        return tokenize.detect_encoding(io.BytesIO(content).readline)
    except SyntaxError:
        return "unknown", []


def parse(text: str) -> ast.Module:
    """The syntax tree of a module. Raises SourceError with the line where it is broken."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape is the student's warning, not ours
            tree = ast.parse(text)
    except SyntaxError as error:
        where = f"line {error.lineno}" if error.lineno else "the file"
        shown = (error.text or "").strip()[:80]
        quoted = f": `{shown}`" if shown else ""
        raise SourceError(
            f"The file has a syntax error in {where} ({error.msg}){quoted}.", error.lineno
        ) from None
    except (RecursionError, MemoryError, ValueError):
        raise SourceError("The file is nested too deeply to be read.") from None
    if sum(1 for _ in itertools.islice(ast.walk(tree), PARTS + 1)) > PARTS:
        raise SourceError(f"The file is too long: it has more than {PARTS:,} names, numbers and operators.")
    return tree


def needed_by(tree: ast.Module, target: str, also: Sequence[str] = ()) -> list[ast.stmt]:
    """The top-level statements that one function needs: itself, all it mentions, and what runs on import.

    A function that neither the target nor an import-time statement mentions cannot run, so a slip in it
    is no business of this exercise. `if __name__ == "__main__":` never runs here.

    also: further names that are wanted, where the module has them.
    """
    # A name defined twice keeps all its definitions: which one counts is Python's business.
    definitions: dict[str, list[ast.stmt]] = {}
    for node in tree.body:
        if isinstance(node, _DEFINITION):
            definitions.setdefault(node.name, []).append(node)
    at_import = {n: None for n in tree.body if not isinstance(n, _DEFINITION) and not _is_main_block(n)}
    wanted: set[str] = set()
    waiting = _mentioned(list(at_import)) | {target, *also}
    while waiting:
        name = waiting.pop()
        if name in definitions and name not in wanted:
            wanted.add(name)
            waiting |= _mentioned(definitions[name])
    return [n for n in tree.body if n in at_import or (isinstance(n, _DEFINITION) and n.name in wanted)]


def keep_only(text: str, tree: ast.Module, statements: list[ast.stmt]) -> str:
    """`text` with every other top-level statement blanked, so that line numbers stay the student's.

    What stands between two statements (comments, and the `@(` of a decorator, which is no part of the tree)
    goes the way of the second. Of several on one line, those that are kept stand where the first of all did.
    The rules are checked on the result, not on `statements`.
    """
    lines = text.split("\n")
    kept, done, wanted = [""] * len(lines), 0, set(statements)
    for group in _on_shared_lines(tree.body):
        end = group[-1].end_lineno or group[-1].lineno
        here = [node for node in group if node in wanted]
        if len(here) == len(group):
            kept[done:end] = lines[done:end]
        elif here:
            alone = "; ".join(_segments(lines, here)).split("\n")
            first = group[0].lineno - 1
            kept[first : first + len(alone)] = alone
        done = end
    return "\n".join(kept)


def _on_shared_lines(body: list[ast.stmt]) -> list[list[ast.stmt]]:
    """The statements in groups: those that do not begin at the margin, after a `;`, are with those before."""
    groups: list[list[ast.stmt]] = []
    for node in body:
        if groups and node.col_offset > 0:
            groups[-1].append(node)
        else:
            groups.append([node])
    return groups


def _segments(lines: list[str], nodes: list[ast.stmt]) -> list[str]:
    """The text of each of these statements. Columns count bytes."""
    wanted = {end - 1 for node in nodes for end in (node.lineno, node.end_lineno or node.lineno)}
    encoded = {number: lines[number].encode() for number in wanted}
    texts = []
    for node in nodes:
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        head, tail = encoded[first], encoded[last]
        if first == last:
            texts.append(head[node.col_offset : node.end_col_offset].decode())
        else:
            between = lines[first + 1 : last]
            ends = head[node.col_offset :].decode(), tail[: node.end_col_offset].decode()
            texts.append("\n".join([ends[0], *between, ends[1]]))
    return texts


_DEFINITION = (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)


def _mentioned(nodes: list[ast.stmt]) -> set[str]:
    return {name.id for node in nodes for name in ast.walk(node) if isinstance(name, ast.Name)}


def _is_main_block(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Compare)
        and isinstance(node.test.left, ast.Name)
        and node.test.left.id == "__name__"
        and not node.orelse
    )
