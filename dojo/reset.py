"""`dojo reset EX`: one stub again as it was given, everything else of the student's file untouched."""

from __future__ import annotations

import io
import re
import tokenize
from pathlib import Path

from dojo.course import Course, Exercise
from dojo.keep import replace
from dojo.regions import definitions
from dojo.stubs import StubError, is_untouched, module_stub


class ResetError(Exception):
    """Nothing was reset: one sentence that says why and what to do."""


def reset(course: Course, exercise: Exercise, *, whole_module: bool = False) -> str:
    """Put back the stub of an exercise, or with `whole_module` of its file. Returns what was done.

    The whole old file is first saved beside with a time stamp, and the answer names that copy.
    Raises ResetError, and then the file is as it was.
    """
    path = course.path("exercises", exercise.id)
    name = path.relative_to(course.root)
    try:
        stub = module_stub(course, exercise.id)
    except StubError as error:
        raise ResetError(f"The course's own solution makes no stub: {error}") from None
    try:
        old = path.read_bytes() if path.exists() else None
        if old is None:
            replace(path, stub.encode())
            return f"{name} was missing and is back with all its stubs."
        if whole_module:
            new, what = stub.encode(), str(name)
        else:
            new, what = _with_stub(old, stub, exercise, name), f"{exercise.function} in {name}"
        if new == old or (whole_module and new == old.replace(b"\r\n", b"\n")):
            return f"{what} is already as it was given, so nothing was written."
        copy = replace(path, new)
    except OSError as error:
        reason = error.strerror or error
        raise ResetError(f"{name} could not be reset ({reason}); it is as it was.") from None
    kept = f"; the whole file as it was is {copy.name} beside it" if copy else ""
    return f"{what} is a stub again{kept}."


def _with_stub(old: bytes, stub: str, exercise: Exercise, name: Path) -> bytes:
    """The student's file with the stub's definition in place of theirs, byte for byte the same around it."""
    function = exercise.function
    advice = f"`dojo reset {exercise.id} --module` puts the whole file back and keeps a copy of yours."
    try:
        span = _span(old, function)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        where = f" in line {line}" if line else ""
        raise ResetError(
            f"{name} is not valid Python{where}, so {function} cannot be found in it: {advice}"
        ) from None
    if span is None:
        raise ResetError(f"{name} has no {function} any more: {advice}")
    stub_span = _span(stub.encode(), function)
    assert stub_span is not None, "stub_text has checked it"
    lines = old.splitlines(keepends=True)
    fresh = b"".join(stub.encode().splitlines(keepends=True)[slice(*stub_span)]).decode()
    encoding, _ = tokenize.detect_encoding(io.BytesIO(old).readline)
    try:
        data = fresh.encode("utf-8" if encoding == "utf-8-sig" else encoding)
    except UnicodeEncodeError:
        raise ResetError(f"{name} is in {encoding}, which lacks a character of the stub: {advice}") from None
    ending = lines[span[0]][len(lines[span[0]].rstrip(b"\r\n")) :] or b"\n"
    data = data.replace(b"\n", ending)
    if not lines[span[1] - 1].endswith((b"\r", b"\n")):
        data = data[: -len(ending)]
    new = b"".join(lines[: span[0]]) + data + b"".join(lines[span[1] :])
    if not is_untouched(new, stub, function):
        raise ResetError(f"{function} in {name} cannot be told from the lines around it: {advice}")
    return new


def _span(source: bytes, function: str) -> tuple[int, int] | None:
    """The lines of a definition with its decorators and comments: the first, from 0, and the one after."""
    node = definitions(source).get(function)
    if node is None:
        return None
    first = min([node.lineno, *(part.lineno for part in node.decorator_list)]) - 1
    lines = source.splitlines()
    while node.decorator_list and not lines[first].startswith(b"@"):
        first -= 1  # the tree tells where the expression after the @ begins, which may be a line below
    last = end = node.end_lineno or node.lineno
    # Comments that are indented below the last statement belong to it; the syntax tree doesn't know them.
    while end < len(lines) and re.fullmatch(rb"\s*|[ \t]+#.*", lines[end]):
        end += 1
        if lines[end - 1].strip():
            last = end
    return first, last
