"""A notebook read back as modules: what counts, what is left where it is, and whose line is whose."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import made_up_course as made_up
import pytest

from dojo.course import Course, load
from dojo.notebooks.layout import unit_cells
from dojo.notebooks.raw import NotebookError, parse_notebook
from dojo.notebooks.read import submission_of
from dojo.notebooks.write import notebook, text_of
from dojo.places import Place, located
from dojo.regions import stub_text
from dojo.rules.reading import part, violations
from dojo.stubs import is_untouched
from dojo.submission import SubmissionError, discover, take

Cells = list[dict[str, Any]]
RIGHT = {
    "double-answer": "def double(x):\n    return 2 * x",
    "triple-answer": "def triple(x):\n    return 3 * x",
}


@pytest.fixture
def sums(tmp_path: Path) -> Course:
    return made_up.make(tmp_path / "course")


@pytest.fixture
def cells(sums: Course) -> Cells:
    """The notebook as a student gets it."""
    book = notebook(unit_cells(sums, sums.units[0]))
    for cell in book["cells"]:
        cell["source"] = "".join(cell["source"])
        if cell["id"].endswith("-answer"):
            text = cell["source"].replace("### ", "# ")
            cell["source"] = stub_text(text, "cell", [cell["id"].removesuffix("-answer")])
    return list(book["cells"])


def at(cells: Cells, name: str) -> int:
    return next(i for i, cell in enumerate(cells) if cell["id"] == name)


def answer(cells: Cells, **texts: str) -> Cells:
    for name, text in texts.items():
        cells[at(cells, f"{name}-answer")]["source"] = text
    return cells


def code(text: str, **more: Any) -> dict[str, Any]:
    return {"cell_type": "code", "id": "x1", "metadata": {}, "source": text, "outputs": [], **more}


def read(course: Course, cells: Cells) -> str:
    return submission_of("ann", {"u01_sums": cells}, course).files["u01_sums/sums.py"].decode()


def run(course: Course, cells: Cells) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(read(course, cells), names)
    return names


def test_an_untouched_notebook_is_the_stub(sums: Course, cells: Cells) -> None:
    text = read(sums, cells)
    assert all(is_untouched(text, made_up.STUB, name) for name in ("double", "triple"))


def test_answers_are_taken_and_given_code_is_ours(sums: Course, cells: Cells) -> None:
    answer(
        cells,
        double="def double(x):\n    return math.fsum([x, x])",
        triple="def triple(x):\n    return 3 * x",
    )
    cells[at(cells, "sums-given")]["source"] = "math = None"
    cells[at(cells, "double")]["source"] = "double = None"
    cells[at(cells, "setup")]["source"] = "def triple(x): return 1"
    names = run(sums, cells)
    assert names["double"](2) == 4 and names["triple"](2) == 6


@pytest.mark.parametrize("gone", ["setup", "sums-given", "double", "double-text", "u01_sums-text"])
def test_a_deleted_locked_cell_changes_nothing(sums: Course, cells: Cells, gone: str) -> None:
    answer(cells, double="def double(x):\n    return math.fsum([x, x])")
    before = read(sums, cells)
    del cells[at(cells, gone)]
    assert read(sums, cells) == before


def test_helpers_in_cells_of_ones_own_count_wherever_they_stand(sums: Course, cells: Cells) -> None:
    answer(
        cells, double="def double(x):\n    return _twice(x)", triple="def triple(x):\n    return TABLE[3](x)"
    )
    cells.insert(0, code("TABLE = {}\nTABLE[3] = lambda x: 3 * x"))
    cells.append(code("def _twice(x):\n    return times(x, 2)"))
    cells.insert(3, code("from operator import mul as times"))
    names = run(sums, cells)
    assert names["double"](2) == 4 and names["triple"](2) == 6


EXPERIMENTS = [
    "import matplotlib.pyplot as plt\nplt.plot([1])",
    "x = torch.randn(3, requires_grad=True)\nloss = (x**2).sum()\nloss.backward()",
    "print(double(3.0))",
    "assert double(2.0) == 4.0",
    "for x in range(3):\n    print(triple(x))",
    "%timeit double(2.0)",
    "!pip install something",
    "%%bash\nls -l",
    "double?",
    "check('double')",
    "this is no code",
    "raise SystemExit",
    "x = input()",
    "def own_test():\n    import os\n    return os",
]


@pytest.mark.parametrize("text", EXPERIMENTS, ids=range(len(EXPERIMENTS)))
def test_experiments_are_left_where_they_are(sums: Course, cells: Cells, text: str) -> None:
    answer(cells, **{name.removesuffix("-answer"): source for name, source in RIGHT.items()})
    before = read(sums, cells)
    cells.insert(at(cells, "double") + 1, code(text))
    cells[at(cells, "triple-answer")]["source"] += f"\n\n{text}" if "%%" not in text else ""
    after = read(sums, cells)
    if "no code" in text:  # in the cell of an answer it is a mistake, and of that answer alone
        assert "def triple" not in after and "return 2 * x" in after
    else:
        assert after.split() == before.split()


def test_what_a_global_is_made_of_is_taken_and_local_names_are_not(sums: Course, cells: Cells) -> None:
    answer(cells, double="def double(x):\n    loss = x\n    return loss * FACTOR")
    cells.append(code("FACTOR = 0\nfor i in range(2):\n    FACTOR += 1\nloss = print('no')"))
    text = read(sums, cells)
    assert "print" not in text and "range(2)" in text


@pytest.mark.parametrize(
    "fill",
    [
        "words.append(1)",
        "words[0:0] = [1]",
        "fill(words)",
        "words += [1]",
        "for w in [1]:\n    words.append(w)",
    ],
)
def test_what_changes_a_global_is_taken(sums: Course, cells: Cells, fill: str) -> None:
    answer(cells, double="def double(x):\n    return x * (1 + len(words))")
    cells.append(code(f"def fill(a):\n    a.append(1)\n\nwords = []\n{fill}\nprint(words)"))
    assert run(sums, cells)["double"](2) == 4


def test_a_class_may_be_completed_in_a_later_cell(sums: Course, cells: Cells) -> None:
    answer(cells, double="class Pair:\n    pass\n\ndef double(x):\n    return Pair().both(x)")
    cells.append(code("def both(self, x):\n    return x + x\n\nPair.both = both\nmath.tau = 3"))
    assert run(sums, cells)["double"](2) == 4
    assert "tau" not in read(sums, cells)


def test_the_later_of_two_definitions_counts_as_in_a_kernel(sums: Course, cells: Cells) -> None:
    answer(cells, double="def double(x):\n    return x")
    cells.insert(at(cells, "double-answer") + 1, code("def double(x):\n    return x + x"))
    assert run(sums, cells)["double"](3) == 6


def test_a_copied_answer_cell_counts_where_it_stands(sums: Course, cells: Cells) -> None:
    answer(cells, double="def double(x):\n    return x")
    cells.append({**cells[at(cells, "double-answer")], "source": "def double(x):\n    return 2 * x"})
    assert run(sums, cells)["double"](3) == 6


@pytest.mark.parametrize(
    "text",
    [
        "def double(x)\n    return x",
        "  return",
        "def double(:",
        "\0",
        "\\ufeff def",
        "nonlocal x",
        "x = " + "1 + " * 4000 + "1",
    ],
)
def test_a_broken_answer_costs_no_other_exercise(sums: Course, cells: Cells, text: str) -> None:
    answer(cells, double=text, triple="def triple(x):\n    return 3 * x")
    taken = submission_of("ann", {"u01_sums": cells}, sums)
    assert run(sums, cells)["triple"](2) == 6
    (why,) = taken.broken.values()
    assert list(taken.broken) == ["u01_sums/sums.py:double"]
    assert why.startswith(("The cell double-answer", "Line ")) and why.endswith(".")
    answer(cells, double="def double(x): return 2 * (x")
    assert submission_of("ann", {"u01_sums": cells}, sums).digest != taken.digest


@pytest.mark.parametrize("magic", ["%%time", "%%timeit -n 1", "\n%%capture out", "%%prun -q"])
def test_code_below_a_magic_of_python_counts(sums: Course, cells: Cells, magic: str) -> None:
    answer(cells, double=f"{magic}\ndef double(x):\n    return 2 * x")
    assert run(sums, cells)["double"](2) == 4


def test_a_broken_cell_of_ones_own_is_named(sums: Course, cells: Cells) -> None:
    cells.append(code("def f(:"))
    notices = submission_of("ann", {"u01_sums": cells}, sums).notices
    assert len(notices) == 1 and notices[0].startswith(
        f"A cell was left out. The cell number {len(cells)} has a"
    )


def test_an_answer_in_markdown_is_no_answer(sums: Course, cells: Cells) -> None:
    cells[at(cells, "double-answer")]["cell_type"] = "markdown"
    assert "def double" not in read(sums, cells)


def test_a_notebook_without_names_is_read_by_what_it_defines(sums: Course) -> None:
    cells = [code(text, id=f"run-{i}") for i, text in enumerate(["a = 1", *RIGHT.values()])]
    names = run(sums, cells)
    assert names["double"](2) == 4 and names["triple"](2) == 6


ODD: list[Callable[[dict[str, Any]], object]] = [
    lambda cell: cell.update(metadata=None),
    lambda cell: cell.update(metadata={"nbgrader": {"grade_id": 3}}),
    lambda cell: cell.update(metadata={"nbgrader": []}, id=None),
    lambda cell: cell.update(source=None),
    lambda cell: cell.update(source=["def double(x):\n", 3, "    return 2 * x"]),
    lambda cell: cell.pop("metadata"),
    lambda cell: cell.pop("cell_type"),
    lambda cell: cell.clear(),
    lambda cell: cell.update(source="\ud800"),
    lambda cell: cell.update(source="x = " + "(" * 5000),
    lambda cell: cell.update(source="a" * 200_000),
]


@pytest.mark.parametrize("change", ODD, ids=range(len(ODD)))
def test_odd_cells_stop_nothing(
    sums: Course, cells: Cells, change: Callable[[dict[str, Any]], object]
) -> None:
    answer(cells, triple="def triple(x):\n    return 3 * x")
    change(cells[at(cells, "double-answer")])
    assert run(sums, cells)["triple"](2) == 6


def test_what_is_written_into_a_locked_cell_is_told_not_to_count(sums: Course, cells: Cells) -> None:
    assert not submission_of("ann", {"u01_sums": cells}, sums).notices
    cells[at(cells, "sums-given")]["source"] += "\nFACTOR = 2"
    cells[at(cells, "double")]["source"] = 'check("triple")'
    (notice,) = submission_of("ann", {"u01_sums": cells}, sums).notices
    assert notice.startswith("What was written into the cell sums-given does not count")


# -- what one exercise needs


def test_an_import_that_breaks_a_rule_costs_only_those_who_need_it(sums: Course, cells: Cells) -> None:
    answer(cells, double="import os\n\ndef double(x):\n    return os.getpid()", triple=RIGHT["triple-answer"])
    content = submission_of("ann", {"u01_sums": cells}, sums).files["u01_sums/sums.py"]
    rules: Any = ((), ("math",))
    assert violations(content, "double", *rules, notebook=True)
    assert not violations(content, "triple", *rules, notebook=True)
    assert violations(content, "triple", *rules)  # as in a file, where it would run
    loop = b"for i in open('x'):\n    T = i\n\n\ndef a():\n    return T\n"
    advice = "Experiments belong"
    assert advice in violations(loop, "a", *rules)[0].message
    assert advice not in violations(loop, "a", *rules, notebook=True)[0].message


def test_what_an_exercise_needs_is_all_that_runs_of_a_notebook(sums: Course) -> None:
    text = (
        b"from __future__ import annotations\nimport math\nimport os\nT = os\n\n\ndef a():\n    return math\n"
    )
    wanted = b"from __future__ import annotations\nimport math\n\n\n\n\ndef a():\n    return math\n"
    assert part(text, "a", notebook=True).source == wanted.decode()


# -- files


def save(path: Path, cells: Cells) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text_of({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path


def test_one_notebook_is_a_submission_whatever_it_is_called(
    tmp_path: Path, sums: Course, cells: Cells
) -> None:
    for name in ("u01_sums.ipynb", "u01_sums (1).ipynb", "ann.ipynb"):
        path = save(tmp_path / name, cells)
        assert discover(path, sums) == [path]
        assert set(take(path, sums).files) == {"u01_sums/sums.py"}
    assert take(path, sums).name == "ann"


def test_what_nbgrader_collects_is_a_submission_for_each_student(
    tmp_path: Path, sums: Course, cells: Cells
) -> None:
    for student in ("ann", "bob"):
        save(tmp_path / "submitted" / student / "u01_sums" / "u01_sums.ipynb", cells)
        (tmp_path / "submitted" / student / "u01_sums" / "timestamp.txt").write_text("2030-01-01")
    found = [take(folder, sums) for folder in discover(tmp_path / "submitted", sums)]
    assert [taken.name for taken in found] == ["ann", "bob"]
    assert found[0].files == found[1].files and found[0].digest == found[1].digest
    assert found[0].places["u01_sums/sums.py"] and not found[0].notices


def test_notebooks_side_by_side_are_a_class(tmp_path: Path, sums: Course, cells: Cells) -> None:
    for name in ("ann", "bob"):
        save(tmp_path / "in" / f"{name}.ipynb", cells)
    assert [path.stem for path in discover(tmp_path / "in", sums)] == ["ann", "bob"]


def test_a_module_counts_before_the_notebook_beside_it(tmp_path: Path, sums: Course, cells: Cells) -> None:
    save(tmp_path / "ann" / "u01_sums" / "u01_sums.ipynb", cells)
    (tmp_path / "ann" / "u01_sums" / "sums.py").write_text("def double(x): return x\n")
    taken = take(tmp_path / "ann", sums)
    assert taken.files == {"u01_sums/sums.py": b"def double(x): return x\n"} and not taken.places
    assert taken.notices == ["u01_sums/sums.py is graded, and not what the notebook beside it says."]


BAD = {
    "not JSON": b"{",
    "no dict": b"[]",
    "deep": b"[" * 100_000,
    "old format": json.dumps({"worksheets": [], "nbformat": 3}).encode(),
    "cells are none": b'{"cells": 3}',
    "too much code": json.dumps({"cells": [{"cell_type": "code", "source": "#" * 10**6 + "#"}]}).encode(),
    "too many": json.dumps({"cells": [{}] * 5001}).encode(),
    "bytes": b"\xff\xfe",
}


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
def test_what_is_no_notebook_is_refused_in_one_sentence(tmp_path: Path, sums: Course, content: bytes) -> None:
    with pytest.raises(NotebookError):
        parse_notebook(content)
    path = tmp_path / "ann" / "u01_sums" / "u01_sums.ipynb"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.raises(SubmissionError, match=r"u01_sums\.ipynb (is no notebook|has more than)"):
        take(path, sums)
    taken = take(tmp_path / "ann", sums)  # in a class, the others go on
    assert not taken.files and len(taken.notices) == 1


def test_a_huge_notebook_and_a_link_are_left_out(tmp_path: Path, sums: Course) -> None:
    folder = tmp_path / "ann" / "u01_sums"
    folder.mkdir(parents=True)
    path = folder / "u01_sums.ipynb"
    path.touch()
    with path.open("r+b") as file:
        file.truncate(30_000_000)
    assert "at most 20,000,000 are read" in take(tmp_path / "ann", sums).notices[0]
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere.ipynb")
    assert "links are not followed" in take(tmp_path / "ann", sums).notices[0]


def test_a_notebook_of_something_else_is_refused(tmp_path: Path, sums: Course) -> None:
    path = save(tmp_path / "other.ipynb", [code("x = 1")])
    with pytest.raises(SubmissionError, match="has no cell for an answer of this course"):
        take(path, sums)
    with pytest.raises(SubmissionError, match="no such notebook"):
        take(tmp_path / "missing.ipynb", sums)


# -- lines


def test_lines_are_named_as_lines_of_their_cell() -> None:
    places = (Place(1, 4, "sums-given"), Place(7, 9, "double-answer"))
    assert located("Line 8: `x` is no name.", places) == "Line 2 of the cell double-answer: `x` is no name."
    assert located("It raised E in line 7: see line 8", places) == (
        "It raised E in line 1 of the cell double-answer: see line 8"
    )
    assert located("Line 99: beyond.", places) == "Line 99: beyond."
    assert located("Line 8: x", ()) == "Line 8: x"
    broken = "The cell double-answer has a syntax error in line 8 ('(' was never closed): `(`."
    assert located(broken, places) == broken


def test_places_are_where_the_cells_lines_are(sums: Course, cells: Cells) -> None:
    answer(cells, triple="# a comment\ndef triple(x):\n    print(x)\n    return three * x")
    cells.append(code("print(1)\nthree = 3"))
    taken = submission_of("ann", {"u01_sums": cells}, sums)
    lines = taken.files["u01_sums/sums.py"].decode().split("\n")
    for place in taken.places["u01_sums/sums.py"]:
        part = lines[place.first - 1 : place.last]
        if place.cell == "triple-answer":
            assert part[1:] == ["def triple(x):", "    print(x)", "    return three * x"]
        elif place.cell.startswith("number"):
            assert part == ["", "three = 3"]


def test_two_modules_of_a_unit_may_use_one_name(tmp_path: Path) -> None:
    course = load(Path(__file__).parents[2])
    unit = next(unit for unit in course.units if unit.id == "u01_micrograd")
    cells = list(notebook(unit_cells(course, unit))["cells"])
    for cell in cells:
        cell["source"] = "".join(cell["source"])
    files = submission_of("ann", {unit.id: cells}, course).files
    for name in ("engine", "operators", "operations", "graph", "node"):
        text = files[f"{unit.id}/{name}.py"].decode()
        solution = (course.root / "solutions" / unit.id / f"{name}.py").read_text(encoding="utf-8")
        for line in solution.split("\n"):
            if line.startswith(("class ", "def ")):
                assert text.count(line + "\n") == solution.count(line + "\n"), (name, line)
