"""Stubs from solutions: `solutions/` is the only source, `exercises/` is made from it."""

from __future__ import annotations

import ast
from pathlib import Path

from dojo.course import Course
from dojo.keep import replace
from dojo.regions import Definition, StubError, definitions, stub_text

__all__ = ["StubError", "is_untouched", "module_stub", "stub_files", "stub_text", "write_stubs"]


def module_stub(course: Course, exercise_id: str) -> str:
    """The stub of the whole module that holds an exercise: made from its solution, or, in an edition, as it
    was handed out. Raises StubError."""
    path = course.reference(exercise_id)
    unit, module = course.unit_of(exercise_id), course.exercise(exercise_id).module
    name = path.relative_to(course.root)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise StubError(name, 1, f"cannot be read: {error}.") from None
    if course.is_edition:
        return text
    return stub_text(text, name, [e.function for e in unit.exercise if e.module == module])


def stub_files(course: Course) -> dict[Path, str]:
    """The path of each module's stub, with the id of one of its exercises, in the manifest's order."""
    found: dict[Path, str] = {}
    for exercise in course.exercises:
        found.setdefault(course.path("exercises", exercise.id), exercise.id)
    return found


def write_stubs(course: Course, *, check: bool) -> list[str]:
    """Make `exercises/` from `solutions/`: one line for each file that was out of step.

    With `check`, only say so. Otherwise a file that differs is first copied beside, and nothing is written
    before all stubs are made. Raises StubError, or OSError where a file cannot be written.
    """
    new = {path: module_stub(course, first).encode() for path, first in stub_files(course).items()}
    report = []
    for path, stub in new.items():
        name = path.relative_to(course.root)
        old = path.read_bytes() if path.is_file() else None
        if old is not None and old.replace(b"\r\n", b"\n") == stub:
            continue
        if check:
            state = "is missing" if old is None else "differs from the stub of its solution"
            report.append(f"{name}: {state}; `dojo stubs` writes it.")
            continue
        copy = replace(path, stub)
        report.append(
            f"{name}: written" + (f"; the file as it was is {copy.name} beside it." if copy else ".")
        )
    return report


def is_untouched(student_source: str | bytes, stub_source: str, name: str) -> bool:
    """Whether the student's function or class `name` is still the stub's, docstrings and comments aside."""
    try:
        student, stub = _bare(student_source, name), _bare(stub_source, name)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return student is not None and student == stub


def _bare(source: str | bytes, name: str) -> str | None:
    """The syntax tree of a definition without docstrings, as text."""
    definition = definitions(source).get(name)
    if definition is None:
        return None
    for node in ast.walk(definition):
        if isinstance(node, Definition) and ast.get_docstring(node) is not None:
            del node.body[0]
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and not node.exc.args:
            node.exc = node.exc.func  # `raise NotImplementedError()`, as some tools write it
    return ast.dump(definition)
