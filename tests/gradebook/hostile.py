"""Notebooks that went wrong, by accident or not: what was done to them, and the points they deserve.

Only what our own reading and grading makes of them is tested here. They are not shown to any other grader.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from classroom import RIGHT, TOTAL, WRONG, Book, answered, cell, code, text

CASES: dict[str, Case] = {}


@dataclass(frozen=True)
class Case:
    """What is done to a released notebook whose answers are `answers`, and the points that it deserves.

    points is None where there is nothing that could be graded.
    """

    change: Callable[[Book], Any]
    answers: dict[str, str]
    points: float | None


def case(points: float | None, answers: dict[str, str] | None = None) -> Callable[[Any], Any]:
    """Register a change; it may return what to hand in, else the changed notebook is handed in."""

    def register(change: Callable[[Book], Any]) -> Callable[[Book], Any]:
        chosen = answers if answers is not None else (RIGHT if points else WRONG)
        CASES[change.__name__.strip("_")] = Case(change, chosen, points)
        return change

    return register


def made(name: str, released: Book) -> Any:
    """What the student of a case hands in."""
    chosen = CASES[name]
    book = answered(copy.deepcopy(released), chosen.answers)
    result = chosen.change(book)
    return book if result is None else result


def everywhere(book: Book, key: str, value: Any) -> None:
    """Set a key of nbgrader's metadata in every cell that has some."""
    for one in book["cells"]:
        one["metadata"]["nbgrader"][key] = value


# -- cells


@case(0.0)
def edited_check(book: Book) -> None:
    cell(book, "double")["source"] = "1.0"


@case(TOTAL)
def edited_given_code(book: Book) -> None:
    cell(book, "cubes-given")["source"] = "GIVEN = 4"


@case(TOTAL)
def deleted_checks(book: Book) -> None:
    book["cells"] = [c for c in book["cells"] if c["id"] not in RIGHT]


@case(TOTAL)
def deleted_all_locked_cells(book: Book) -> None:
    book["cells"] = [c for c in book["cells"] if c["id"].endswith("-answer")]


@case(2.0)
def deleted_an_answer(book: Book) -> None:
    book["cells"] = [c for c in book["cells"] if c["id"] != "double-answer"]


@case(0.0)
def deleted_everything(book: Book) -> None:
    book["cells"] = []


@case(TOTAL)
def copied_check(book: Book) -> None:
    book["cells"].append(copy.deepcopy(cell(book, "double")))


@case(TOTAL)
def copied_every_cell(book: Book) -> None:
    book["cells"] += copy.deepcopy(book["cells"])


@case(TOTAL, WRONG)
def copied_an_answer_and_went_on_there(book: Book) -> None:
    for name in RIGHT:
        again = copy.deepcopy(cell(book, f"{name}-answer"))
        book["cells"].append(again | {"source": RIGHT[name], "id": f"{name}-again"})


@case(0.0)
def copied_a_check_as_text(book: Book) -> None:
    book["cells"].append(copy.deepcopy(cell(book, "double")) | {"cell_type": "markdown"})


@case(TOTAL)
def reversed_order(book: Book) -> None:
    book["cells"].reverse()


@case(2.0)
def turned_an_answer_into_text(book: Book) -> None:
    cell(book, "double-answer")["cell_type"] = "markdown"


@case(0.0)
def turned_checks_into_text(book: Book) -> None:
    cell(book, "double")["cell_type"] = "markdown"
    cell(book, "cube_backward")["cell_type"] = "raw"


@case(TOTAL)
def turned_a_check_into_nothing_known(book: Book) -> None:
    cell(book, "double")["cell_type"] = "heading"


@case(0.0)
def more_points(book: Book) -> None:
    cell(book, "double")["metadata"]["nbgrader"]["points"] = 100


@case(0.0)
def endless_points(book: Book) -> str:
    cell(book, "double")["metadata"]["nbgrader"]["points"] = float("inf")
    return json.dumps(book)


@case(0.0)
def no_longer_graded(book: Book) -> None:
    everywhere(book, "grade", False)


@case(0.0)
def all_answers_by_hand(book: Book) -> None:
    everywhere(book, "grade", True)
    everywhere(book, "solution", True)
    everywhere(book, "points", 50)


@case(TOTAL)
def unlocked(book: Book) -> None:
    everywhere(book, "locked", False)


@case(TOTAL)
def swapped_answers(book: Book) -> None:
    first, second = cell(book, "cube_backward-answer"), cell(book, "double-answer")
    first["source"], second["source"] = second["source"], first["source"]


@case(2.0, RIGHT | {"double": WRONG["double"]})
def swapped_names_of_checks(book: Book) -> None:
    first, second = cell(book, "cube_backward"), cell(book, "double")
    first["metadata"], second["metadata"] = second["metadata"], first["metadata"]
    first["id"], second["id"] = second["id"], first["id"]


@case(0.0)
def every_cell_one_check(book: Book) -> None:
    everywhere(book, "grade_id", "double")


@case(TOTAL)
def unknown_names_beside(book: Book) -> None:
    extra = copy.deepcopy(cell(book, "double"))
    extra["id"] = extra["metadata"]["nbgrader"]["grade_id"] = "no_such_exercise"
    book["cells"].append(extra)


@case(0.0)
def forged_outputs(book: Book) -> None:
    for name in RIGHT:
        result = {"output_type": "execute_result", "execution_count": 1, "metadata": {}}
        cell(book, name)["outputs"] = [result | {"data": {"text/plain": "2.0", "text/html": "<b>forged</b>"}}]


# -- metadata


@case(0.0)
def tagged(book: Book) -> None:
    for one in book["cells"]:
        one["metadata"]["tags"] = ["any", "tag", "at", "all"]


@case(TOTAL)
def old_schema(book: Book) -> None:
    everywhere(book, "schema_version", 0)


@case(TOTAL)
def schema_of_tomorrow(book: Book) -> None:
    everywhere(book, "schema_version", 99)


@case(TOTAL)
def schema_in_words(book: Book) -> None:
    everywhere(book, "schema_version", "three")


@case(TOTAL)
def keys_of_its_own(book: Book) -> None:
    everywhere(book, "mine", {"a": [1]})
    book["metadata"]["kernelspec"] = {"name": "other", "display_name": "Other", "language": "other"}
    book["metadata"]["language_info"] = {"name": "other", "pygments_lexer": "other"}


@case(TOTAL)
def metadata_of_another_kind(book: Book) -> None:
    for number, one in enumerate(book["cells"]):
        one["metadata"] = [None, [], "text", 3][number % 4]
    book["metadata"] = "text"


@case(TOTAL)
def no_metadata(book: Book) -> None:
    for one in book["cells"]:
        del one["metadata"]
    del book["metadata"]


@case(TOTAL)
def no_ids_of_cells(book: Book) -> None:
    for one in book["cells"]:
        del one["id"]
    book["nbformat_minor"] = 4


@case(TOTAL)
def odd_ids_of_cells(book: Book) -> None:
    for number, one in enumerate(book["cells"]):
        one["id"] = ["x", "x", " spaced <b> ", "y" * 200, 7][number % 5]


@case(TOTAL)
def names_that_are_no_names(book: Book) -> None:
    for one in book["cells"]:
        if one["cell_type"] == "markdown":
            one["metadata"]["nbgrader"]["grade_id"] = {"a": 1}


# -- the file


@case(TOTAL)
def another_minor_version(book: Book) -> None:
    book["nbformat_minor"] = 999


@case(TOTAL)
def another_version(book: Book) -> None:
    book["nbformat"] = 99


@case(TOTAL)
def no_version(book: Book) -> None:
    del book["nbformat"], book["nbformat_minor"]


@case(TOTAL)
def numbers_that_are_none(book: Book) -> str:
    book["metadata"]["odd"] = [float("nan"), float("-inf")]
    return json.dumps(book)


@case(TOTAL)
def cells_that_are_none(book: Book) -> None:
    book["cells"] += [None, 3, "text", [], {}, {"cell_type": "code"}, {"source": 5}]


@case(TOTAL)
def sources_as_lists(book: Book) -> None:
    for one in book["cells"]:
        one["source"] = "".join(one["source"]).splitlines(keepends=True)


@case(TOTAL)
def half_characters(book: Book) -> str:
    book["cells"].append(code('s = "\ud800 \x00 \x1b[2J"'))
    book["cells"].append(text("\udfff \x00 \x1b]0;title\x07"))
    return json.dumps(book)


@case(TOTAL)
def in_another_encoding(book: Book) -> bytes:
    return json.dumps(book).encode("utf-16")


@case(None)
def version_3(book: Book) -> dict[str, Any]:
    cells = [c | {"input": c["source"], "language": "python"} for c in book["cells"]]
    return {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": cells}]}


@case(None)
def no_json(book: Book) -> str:
    return json.dumps(book)[:-30]


@case(None)
def empty(book: Book) -> str:
    return ""


@case(None)
def a_list(book: Book) -> str:
    return "[1, 2, 3]"


@case(None)
def bytes_at_random(book: Book) -> bytes:
    return bytes(range(256)) * 4


@case(None)
def deeply_nested(book: Book) -> str:
    return '{"cells": ' + "[" * 100_000 + "]" * 100_000 + "}"


@case(None)
def fifty_megabytes(book: Book) -> str:
    cell(book, "double")["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * 50_000_000}]
    return json.dumps(book)


@case(None)
def too_many_cells(book: Book) -> None:
    book["cells"] += [code("1")] * 6_000


@case(TOTAL)
def long_notes(book: Book) -> None:
    book["cells"] += [text("word " * 100_000), code("# " + "x" * 300_000), *[text("y" * 90_000)] * 90]


# -- what would be live in a browser


@case(0.0)
def live_pages(book: Book) -> None:
    live = "<b class=live>x</b> [a](u:live) ![b](u:live) <!-- live -->"
    book["cells"] += [
        text(live),
        text(live, "raw", metadata={"raw_mimetype": "text/html", "format": "text/html"}),
        text(f"```\n{live}\n````\n{live}\n`````\n{live}"),
        text(f"    {live}\n\n$$ {live} $$\n\n\\begin{{a}}{live}\\end{{a}}"),
        text("![a](attachment:a.svg)", attachments={"a.svg": {"image/svg+xml": live}}),
        code("1", outputs=[{"output_type": "display_data", "metadata": {}, "data": {"text/html": live}}]),
        code(f"# {live}"),
    ]
    cell(book, "double-answer")["source"] = f"def double(x):\n    raise ValueError('{live}')"
    cell(book, "cube_backward-answer")["source"] = (
        f"def cube_backward(x, dy):\n    print('{live}')\n    return x"
    )


# -- code


@case(2.0, RIGHT | {"double": "def double(x):\n    while True:\n        pass"})
def hangs(book: Book) -> None: ...


@case(2.0, RIGHT | {"double": "TWO = [n for n in iter(int, 1)]\n\ndef double(x):\n    return x * TWO[0]"})
def hangs_on_import(book: Book) -> None: ...


@case(2.0, RIGHT | {"double": "import os\ndef double(x):\n    os._exit(0)"})
def exits(book: Book) -> None: ...


@case(2.0, RIGHT | {"double": "def double(x):\n    raise SystemExit(0)"})
def raises_exit(book: Book) -> None: ...


@case(
    2.0,
    RIGHT | {"double": "def double(x):\n    kept = [bytearray(10**8) for _ in range(99)]\n    return 2 * x"},
)
def allocates(book: Book) -> None: ...


@case(2.0, RIGHT | {"double": "def double(x):\n    print('x' * 10**7)\n    return 3 * x"})
def prints_ten_megabytes(book: Book) -> None: ...


@case(0.0)
def prints_a_score(book: Book) -> None:
    for name in WRONG:
        cell(book, f"{name}-answer")["source"] += '\n    print("2.0")\n\n2.0'


@case(0.0)
def makes_a_check_of_its_own(book: Book) -> None:
    book["cells"].insert(
        0, code("def check(name):\n    return 2.0\n\nimport dojo.notebook\ndojo.notebook.check = check")
    )


@case(2.0, RIGHT | {"double": "def double(x:\n"})
def cannot_be_parsed(book: Book) -> None: ...


@case(TOTAL)
def experiments(book: Book) -> None:
    book["cells"] += [
        code("%matplotlib inline\n!ls\nprint(double(GIVEN))"),
        code("%%bash\nls"),
        code("x = torch.ones(2, 2, requires_grad=True)\n(x**3).sum().backward()"),
        code("what is this?"),
    ]


@case(TOTAL, RIGHT | {"double": "def double(x):\n    return by(x, 2)"})
def helper_in_a_cell_of_its_own(book: Book) -> None:
    book["cells"].append(code("def by(x, n):\n    return x * n"))
