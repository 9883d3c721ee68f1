"""The notebook that is made of a unit: its cells, their metadata, and what a student would get of them."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import made_up_course as made_up
import pytest

from dojo.course import Course, Unit, load
from dojo.handout import split
from dojo.notebooks.cutting import cut
from dojo.notebooks.layout import given_code, module_cells, unit_cells
from dojo.notebooks.read import submission_of
from dojo.notebooks.write import notebook, text_of
from dojo.regions import StubError, stub_text

COURSE = load(Path(__file__).parents[2])


def units() -> list[Any]:
    return [pytest.param(unit, id=unit.id) for unit in COURSE.units]


def stub_of(answer: str, function: str) -> str:
    return stub_text(answer.replace("### ", "# "), "a cell", [function])


@pytest.mark.parametrize("unit", units())
def test_a_unit_has_text_answer_and_check_of_each_exercise_in_order(unit: Unit) -> None:
    cells = unit_cells(COURSE, unit)
    names = [cell.name for cell in cells]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name) for name in names)
    assert names[:2] == [unit.id + "-text", "setup"]
    at = [[names.index(name) for name in (f"{e.id}-text", f"{e.id}-answer", e.id)] for e in unit.exercise]
    assert all(b - a == c - b == 1 for a, b, c in at) and at == sorted(at)
    for exercise in unit.exercise:  # the first exercise of a module stands below what the module gives
        given = f"{exercise.module}-given"
        assert given not in names or names.index(given) < names.index(f"{exercise.id}-answer")
    points = {cell.name: cell.points for cell in cells if cell.role == "check"}
    assert points == {e.id: e.points for e in unit.exercise}


@pytest.mark.parametrize("unit", units())
def test_the_cells_of_a_module_are_its_stub_once_the_solutions_are_out(unit: Unit) -> None:
    for module in {e.module for e in unit.exercise}:
        cells = module_cells(COURSE, unit, module)
        text = "\n\n".join([cells.given, *(stub_of(text, name) for name, text in cells.answers.items())])
        stub = ast.parse((COURSE.root / "exercises" / unit.id / f"{module}.py").read_text(encoding="utf-8"))
        del stub.body[0]  # the module's docstring
        assert ast.dump(ast.parse(text)) == ast.dump(stub)
        assert given_code(COURSE, unit, module) == cells.given


@pytest.mark.parametrize("unit", units())
def test_a_solved_notebook_is_read_back_as_the_solutions(unit: Unit) -> None:
    cells = notebook(unit_cells(COURSE, unit))["cells"]
    for file, content in submission_of("ann", {unit.id: cells}, COURSE).files.items():
        solution = ast.parse((COURSE.root / "solutions" / file).read_text(encoding="utf-8"))
        del solution.body[0]  # the module's docstring
        assert sorted(map(ast.dump, ast.parse(content).body)) == sorted(map(ast.dump, solution.body))


@pytest.mark.parametrize("unit", units())
def test_all_of_the_handout_is_there_once(unit: Unit) -> None:
    path = COURSE.root / "exercises" / unit.id / "README.md"
    texts = "\n".join(cell.source for cell in unit_cells(COURSE, unit) if cell.role == "text")
    wanted = [
        line for line in path.read_text(encoding="utf-8").split("\n") if line.strip() not in ("", "---")
    ]
    assert [line for line in texts.split("\n") if line in wanted] == wanted


@pytest.mark.parametrize("unit", units())
def test_the_notebook_is_valid_and_always_the_same(unit: Unit) -> None:
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")
    text = text_of(notebook(unit_cells(COURSE, unit)))
    assert text == text_of(notebook(unit_cells(COURSE, unit)))
    nbformat.validate(nbformat.reads(text, as_version=4))
    assert nbformat.writes(nbformat.reads(text, as_version=4)) == text.rstrip("\n")


def test_metadata_are_nbgraders() -> None:
    metadata = pytest.importorskip("nbgrader.nbgraderformat", reason="nbgrader is not installed")
    book = notebook(unit_cells(COURSE, COURSE.units[0]))
    validator = metadata.MetadataValidator()
    for cell in book["cells"]:
        nbformat = pytest.importorskip("nbformat")
        validator.validate_cell(nbformat.from_dict(cell))
    kinds = {
        (own["grade"], own["solution"], own["locked"], own["task"], "points" in own)
        for own in (cell["metadata"]["nbgrader"] for cell in book["cells"])
    }
    assert kinds == {
        (False, False, True, False, False),
        (False, True, False, False, False),
        (True, False, True, False, True),
    }


@pytest.fixture
def sums(tmp_path: Path) -> Course:
    return made_up.make(tmp_path)


def test_a_helper_of_the_solution_stands_in_the_cell_that_it_vanishes_from(sums: Course) -> None:
    cells = {cell.name: cell.source for cell in unit_cells(sums, sums.units[0])}
    assert cells["sums-given"] == "import math"
    assert cells["double-answer"].startswith(
        "### BEGIN SOLUTION\nFACTOR = 1 + 2\n### END SOLUTION\n\n\ndef double"
    )
    assert stub_of(cells["double-answer"], "double").startswith("def double")
    assert stub_of(cells["triple-answer"], "triple").endswith("    y = x\n    raise NotImplementedError\n")
    assert cells["double-text"] == (
        "### double\n\n*Twice as much · 1 point · about 5 minutes*\n\nAdd a number to itself."
    )


def test_code_that_no_cell_would_hold_is_refused() -> None:
    text = "def one():\n    pass\n\n\nTABLE = [1]\n\n\ndef two():\n    pass\n"
    with pytest.raises(StubError, match=r"m\.py:5: what a module gives has to stand above"):
        cut(text, ["one", "two"], "m.py")


def test_a_comment_stands_with_what_it_is_about() -> None:
    one, two = "# about one\n@cache\ndef one():\n    pass\n", "# about two\n\n\ndef two():\n    pass\n"
    text = f'"""Doc."""\n\nimport os\n\n\n{one}\n\n{two}'
    cells = cut(text, ["one", "two"], "m.py")
    assert cells.given == "import os"
    assert cells.answers["one"] == "# about one\n@cache\ndef one():\n    pass"
    assert cells.answers["two"].startswith("# about two")


def test_a_heading_in_a_code_block_is_none() -> None:
    text = """\
# T

intro

## S

about S

### a

```
## no heading
### b
```

#### part

of a

---

## R

### b

last
"""
    handout = split(text, {"a", "b"})
    assert handout.intro == "# T\n\nintro"
    assert handout.sections == {"a": "## S\n\nabout S", "b": "## R"}
    assert handout.texts["a"].endswith("```\n\n#### part\n\nof a")
    assert handout.texts["b"] == "### b\n\nlast"


def test_a_handout_without_headings_is_all_intro() -> None:
    assert split("only text\n", {"a"}).intro == "only text"


def test_a_cell_name_that_is_too_long_is_named(tmp_path: Path) -> None:
    long = "d" * 60
    texts = [text.replace("double", long) for text in (made_up.MANIFEST, made_up.SOLUTION, made_up.STUB)]
    course = made_up.make(tmp_path, manifest=texts[0], solution=texts[1], stub=texts[2])
    with pytest.raises(StubError, match="longer than 64 characters"):
        unit_cells(course, course.units[0])


def test_source_lines_are_a_list_as_jupyter_writes_them(sums: Course) -> None:
    book = json.loads(text_of(notebook(unit_cells(sums, sums.units[0]))))
    assert all(isinstance(cell["source"], list) for cell in book["cells"])
    assert book["metadata"]["kernelspec"]["name"] == "python3"
