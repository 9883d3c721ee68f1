"""The notebook of a unit, from the handout and the solutions: text, given code, answer, check, one by one."""

from __future__ import annotations

from functools import lru_cache

from dojo.course import Course, Exercise, Unit
from dojo.handout import split
from dojo.notebooks.cells import NAME_LIMIT, SETUP, TEXT, Cell, answer_cell, given_cell
from dojo.notebooks.cutting import ModuleCells, cut
from dojo.regions import StubError
from dojo.stubs import module_stub
from dojo.text import plural

_SETUP = """\
# Run this cell first. Then run the cell with check("...") below an answer as often as you
# like. It grades what stands in this notebook, in a process of its own: nothing that you try
# out elsewhere disturbs it. hint("...") gives one more hint each time.
from dojo.notebook import check, hint"""


def unit_cells(course: Course, unit: Unit) -> list[Cell]:
    """The cells of a unit's notebook in order, solutions included. Raises StubError."""
    path = course.root / "exercises" / unit.id / "README.md"
    handout = split(path.read_text(encoding="utf-8"), {e.id for e in unit.exercise})
    cells = [Cell("text", unit.id + TEXT, handout.intro)] if handout.intro else []
    cells.append(Cell("setup", SETUP, _SETUP))
    modules: dict[str, ModuleCells] = {}
    for exercise in unit.exercise:
        if exercise.id in handout.sections:
            cells.append(Cell("text", f"{exercise.id}-section", handout.sections[exercise.id]))
        if exercise.module not in modules:
            module = modules[exercise.module] = module_cells(course, unit, exercise.module)
            cells += [Cell("given", given_cell(exercise.module), module.given)] if module.given else []
        cells += [
            Cell("text", exercise.id + TEXT, _text(exercise, handout.texts.get(exercise.id))),
            Cell("answer", answer_cell(exercise.id), modules[exercise.module].answers[exercise.function]),
            Cell("check", exercise.id, f'check("{exercise.id}")', exercise.points),
        ]
    if handout.end:
        cells.append(Cell("text", f"{unit.id}-end", handout.end))
    for cell in cells:
        if len(cell.name) > NAME_LIMIT:
            raise StubError(path, 1, f"the cell name {cell.name} is longer than {NAME_LIMIT} characters.")
    return cells


def module_cells(course: Course, unit: Unit, module: str) -> ModuleCells:
    """A module of the course cut into cells, solutions included. Raises StubError."""
    path = course.root / "solutions" / unit.id / f"{module}.py"
    targets = [e.function for e in unit.exercise if e.module == module]
    return cut(path.read_text(encoding="utf-8"), targets, path.relative_to(course.root))


def given_code(course: Course, unit: Unit, module: str) -> str:
    """What a module gives to its exercises, in a course with solutions or without. Raises StubError."""
    mine = [e for e in unit.exercise if e.module == module]
    return _given(module_stub(course, mine[0].id), tuple(e.function for e in mine), module)


@lru_cache(maxsize=256)
def _given(stub: str, targets: tuple[str, ...], module: str) -> str:
    return cut(stub, targets, module).given


def _text(exercise: Exercise, paragraph: str | None) -> str:
    """An exercise's paragraph of the handout with its points below the heading."""
    heading, _, rest = (paragraph or f"### {exercise.id}").partition("\n")
    points, minutes = plural(exercise.points, "point"), plural(exercise.minutes, "minute")
    facts = f"*{exercise.title} · {points} · about {minutes}*"
    return f"{heading}\n\n{facts}\n\n{rest.strip()}".rstrip()
