"""The newest text of each cell: what was run, what was saved, and which cell is which."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import made_up_course
import pytest

from dojo.history import History
from dojo.notebooks import checking
from dojo.notebooks.ask import NoCourseError, course_root, environment
from dojo.notebooks.gather import name_of, targets_around, with_answers_named
from dojo.notebooks.live import Run, notebook_file, saved_cells, watch
from dojo.notebooks.newest import Live, defined, newest
from dojo.notebooks.outcome import CheckError

SAVED = 1000.0  # when the file was saved


def cell(name: str, source: str, kind: str = "code") -> dict[str, Any]:
    return {"cell_type": kind, "id": name, "metadata": {}, "source": source}


def sources(cells: list[dict[str, Any]], *runs: Run) -> list[str]:
    return [live.cell["source"] for live in newest(cells, SAVED, runs)]


BOOK = [
    cell("setup", "from dojo.notebook import check"),
    cell("double-text", "### double", "markdown"),
    cell("double-answer", "def double(x):\n    raise NotImplementedError"),
    cell("double", 'check("double")'),
]


def test_what_was_run_after_the_file_was_saved_counts() -> None:
    assert sources(BOOK, Run("double-answer", "def double(x): 2", SAVED + 1))[2] == "def double(x): 2"


def test_what_was_saved_after_it_was_run_counts() -> None:
    (live,) = (
        n for n in newest(BOOK, SAVED, [Run("double-answer", "old", SAVED - 1)]) if "double-a" in n.cell["id"]
    )
    assert live.cell == BOOK[2] and not live.was_run


def test_one_knows_whether_the_saved_text_is_that_which_was_run() -> None:
    runs = [Run("double-answer", BOOK[2]["source"], SAVED - 1)]
    assert [live.was_run for live in newest(BOOK, SAVED, runs)] == [False, False, True, False]


def test_the_last_run_of_a_cell_counts() -> None:
    runs = [Run("double-answer", f"def double(x): {i}", SAVED + i) for i in (1, 2, 3)]
    assert sources(BOOK, *runs) == [*sources(BOOK)[:2], "def double(x): 3", 'check("double")']


def test_a_new_cell_stands_behind_the_one_that_was_run_before_it() -> None:
    runs = [
        Run("double-answer", "def double(x): 2", SAVED + 1),
        Run("a1", "def helper(): 1", SAVED + 2),
        Run("double", 'check("double")', SAVED + 3),
        Run("a1", "def helper(): 2", SAVED + 4),
    ]
    assert sources(BOOK, *runs)[2:] == ["def double(x): 2", "def helper(): 2", 'check("double")']


def test_a_deleted_cell_vanishes_once_the_notebook_is_saved() -> None:
    runs = [Run("setup", BOOK[0]["source"], SAVED - 9), Run("gone", "def helper(): 1", SAVED - 1)]
    assert sources(BOOK, *runs) == sources(BOOK)


def test_a_text_cell_that_was_made_code_is_code() -> None:
    made = newest(BOOK, SAVED, [Run("double-text", "x = 1", SAVED + 1)])[1].cell
    assert (made["cell_type"], made["source"], made["id"]) == ("code", "x = 1", "double-text")


def test_the_metadata_of_a_cell_stay() -> None:
    book = [cell("c1", "old") | {"metadata": {"nbgrader": {"grade_id": "double-answer"}}}]
    made = newest(book, SAVED, [Run("c1", "new", SAVED + 1)])[0].cell
    assert made["source"] == "new" and made["metadata"] == book[0]["metadata"]


@pytest.mark.parametrize("name", ["vscode-notebook-cell:/home/j%C3%BCrgen/u%201.ipynb#W3sZmlsZQ%3D%3D", None])
def test_a_cell_without_a_known_name_is_known_by_its_text_or_what_it_defines(name: str | None) -> None:
    runs = [
        Run(name, BOOK[2]["source"], SAVED - 5),
        Run(name, "def double(x):\n    return 2 * x", SAVED + 5),
    ]
    assert sources(BOOK, *runs)[2:] == ["def double(x):\n    return 2 * x", 'check("double")']


def test_an_address_of_vs_code_stays_with_the_cell_that_it_was_found_for() -> None:
    runs = [
        Run("vscode-notebook-cell:/u.ipynb#W2", BOOK[2]["source"], SAVED - 5),
        Run("vscode-notebook-cell:/u.ipynb#W2", "double = lambda x: (  # not finished", SAVED + 5),
        Run("vscode-notebook-cell:/u.ipynb#W9", "y = double(1)", SAVED + 6),
    ]
    assert sources(BOOK, *runs)[2:4] == [runs[1].source, "y = double(1)"]


def test_without_a_file_the_cells_are_those_that_were_run_in_their_order() -> None:
    runs = [
        Run("b2", "import torch", 1.0),
        Run("a1", "def double(x): 1", 2.0),
        Run("c3", 'check("double")', 3.0),
        Run("a1", "def double(x): 2", 4.0),
    ]
    made = newest([], 0.0, runs)
    assert [live.cell["id"] for live in made] == ["b2", "a1", "c3"]
    assert made[1].cell["source"] == "def double(x): 2" and made[1].was_run


def test_without_names_a_later_text_takes_the_place_of_what_it_defines_anew() -> None:
    runs = [
        Run(None, "x = 1\ny = 2", 1.0),
        Run(None, "def double(x): 1", 2.0),
        Run(None, "print(1)", 3.0),
        Run(None, "y = 3", 4.0),  # x is still there
        Run(None, "def double(x): 2\nz = 1", 5.0),
        Run(None, "print(1)", 6.0),
    ]
    texts = [live.cell["source"] for live in newest([], 0.0, runs)]
    assert texts == ["x = 1\ny = 2", "def double(x): 2\nz = 1", "print(1)", "y = 3"]


def test_names_are_found_in_texts_that_cannot_be_parsed() -> None:
    text = "%%time\nasync  def a(:\n    inner = 1\nclass B\n\tc = 2\nd: int = 3\ne == 4\ndef f(x): return (\n"
    assert defined(text) == {"a", "B", "d", "f"}


# -- a shell


class Shell:
    """What is used of IPython's shell."""

    def __init__(self, *history: str) -> None:
        self.history_manager = SimpleNamespace(input_hist_raw=["", *history])
        self.callbacks: list[Any] = []
        self.events = SimpleNamespace(register=lambda name, callback: self.callbacks.append(callback))
        self.user_ns: dict[str, Any] = {}

    def run(self, source: str, cell_id: str | None = None, **more: Any) -> None:
        for callback in self.callbacks:
            callback(SimpleNamespace(raw_cell=source, cell_id=cell_id, **{"store_history": True} | more))


def test_what_ran_before_the_import_is_in_the_history() -> None:
    shell = Shell("def double(x): 2", " ", "from dojo.notebook import check")
    assert [run.source for run in watch(shell)] == ["def double(x): 2", "from dojo.notebook import check"]


def test_what_runs_later_is_noted_once() -> None:
    shell = Shell("import dojo.notebook")
    runs = watch(shell)
    assert watch(shell) is runs
    shell.run("x = 1", "c1")
    shell.run("get_ipython()", store_history=False)  # an editor asks something
    shell.run("")
    assert [(run.cell, run.source) for run in runs[1:]] == [("c1", "x = 1")]


def test_an_old_shell_names_no_cells() -> None:
    shell = Shell()
    runs = watch(shell)
    for callback in shell.callbacks:
        callback(SimpleNamespace(raw_cell="x = 1"))
    assert runs[0].cell is None


def test_the_cell_that_imports_has_its_id() -> None:
    shell: Any = Shell("from dojo.notebook import check")
    shell.kernel = SimpleNamespace(get_parent=lambda channel: {"metadata": {"cellId": "setup"}})
    assert watch(shell)[0].cell == "setup"


# -- the file


def write(path: Path, cells: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"cells": cells, "metadata": {}}), encoding="utf-8")
    return path


def test_the_file_is_the_one_that_the_editor_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "Übung 1" / "meine Lösung.ipynb", [])
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    shell = Shell()
    assert notebook_file(shell) is None
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    assert notebook_file(shell) == path
    shell.user_ns["__vsc_ipynb_file__"] = str(tmp_path / "renamed since.ipynb")
    assert notebook_file(shell) is None
    shell.user_ns["__vsc_ipynb_file__"] = str(path)
    assert notebook_file(shell) == path
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    assert notebook_file(shell) is None


def test_cells_are_read_without_outputs_and_with_texts_in_one_piece(tmp_path: Path) -> None:
    code = {"cell_type": "code", "source": ["a\n", "b"], "outputs": [{"x": 1}], "metadata": {}}
    path = write(tmp_path / "a.ipynb", [code, {"cell_type": "markdown", "source": "text", "metadata": {}}])
    os.utime(path, (SAVED, SAVED))
    cells, when = saved_cells(path)
    assert (cells[0]["source"], cells[0]["outputs"], cells[1]["source"], when) == ("a\nb", [], "text", SAVED)


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"cells": 3}', '{"cells": [3]}', '{"cells": [{}]}', "[" * 9999]
)
def test_a_damaged_file_counts_as_none(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(content)
    assert saved_cells(path) == ([], 0.0)
    assert saved_cells(None) == saved_cells(tmp_path / "missing.ipynb") == ([], 0.0)


# -- the module


def test_the_import_is_light() -> None:
    code = "import sys, dojo.notebook; print([m for m in ('torch', 'rich', 'pydantic') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_a_real_shell_is_watched_from_the_import_on(tmp_path: Path) -> None:
    pytest.importorskip("IPython")
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    import dojo.notebook

    options = Config({"HistoryManager": {"enabled": False}})
    shell = InteractiveShell.instance(ipython_dir=str(tmp_path), config=options)
    try:
        shell.run_cell("def double(x): 1", store_history=True, cell_id="early")
        importlib.reload(dojo.notebook)
        shell.run_cell("def double(x: 2", store_history=True, cell_id="double-answer")
        shell.run_cell("%%time\ny = 1", store_history=True, cell_id="c2")
        noted = [(run.cell, run.source) for run in watch(shell)]
        assert noted == [
            (None, "def double(x): 1"),
            ("double-answer", "def double(x: 2"),
            ("c2", "%%time\ny = 1"),
        ]
    finally:
        InteractiveShell.clear_instance()


def test_thousands_of_runs_take_no_time() -> None:
    runs = [Run(None, f"def f{i % 300}(x):\n    return {i}\ny = {i}", float(i)) for i in range(6000)]
    began = time.monotonic()
    assert len(newest([cell("a", "def f7(x): 1")], 0.0, runs)) == 300
    assert time.monotonic() - began < 5


# -- which answers there are


def test_an_answer_in_a_cell_without_its_name_is_named(tmp_path: Path) -> None:
    course = made_up_course.make(tmp_path)
    unit, targets = targets_around(course.root, "triple")
    assert (unit, targets) == ("u01_sums", {"double": "double", "triple": "triple"})
    texts = ["def triple(x): 1", "def triple(x): 2", "def double(x): 1", "def double(x): 2", "double = 3"]
    names = ["x1", "x2", "double-answer", "x4", "x5"]
    lives = [Live(cell(name, text), was_run=True) for name, text in zip(names, texts, strict=True)]
    named = [name_of(live) for live in with_answers_named(lives, targets)]
    assert named == ["x1", "triple-answer", "double-answer", "x4", "x5"]
    assert targets_around(course.root, "nothing") == (None, {})
    assert targets_around(tmp_path / "nowhere", "double") == (None, {})


def test_where_modules_share_a_name_the_exercise_that_is_asked_for_has_it(tmp_path: Path) -> None:
    unit = '[[unit]]\nid = "u"\n[[unit.exercise]]\nid = "{}"\ntarget = "a:Value"\n'
    more = '[[unit.exercise]]\nid = "{}"\ntarget = "b:Value"\n'
    (tmp_path / "course.toml").write_text(unit.format("first") + more.format("second"))
    assert targets_around(tmp_path, "first") == ("u", {"Value": "first"})
    assert targets_around(tmp_path, "second") == ("u", {"Value": "second"})


# -- the course


def test_the_course_is_the_one_that_is_named_or_around(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a/b", "c/d", "e", "package"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("a", "c", "package"):
        (tmp_path / name / "course.toml").touch()
    monkeypatch.chdir(tmp_path / "a" / "b")
    monkeypatch.delenv("DOJO_COURSE", raising=False)
    assert course_root(tmp_path / "c" / "d") == tmp_path / "a"
    monkeypatch.chdir(tmp_path / "e")
    assert course_root(tmp_path / "c" / "d") == tmp_path / "c"
    with pytest.raises(NoCourseError, match="set DOJO_COURSE"):
        course_root()
    monkeypatch.setattr("dojo.notebooks.ask.edition_root", lambda: tmp_path / "package")
    assert course_root() == tmp_path / "package"
    monkeypatch.setenv("DOJO_COURSE", str(tmp_path / "c"))
    assert course_root() == tmp_path / "c"
    monkeypatch.setenv("DOJO_COURSE", str(tmp_path / "e"))
    with pytest.raises(NoCourseError, match=r"no course\.toml in it"):
        course_root()


def test_in_a_course_of_somebody_else_the_history_is_with_the_students_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("DOJO_HISTORY", raising=False)
    assert "DOJO_HISTORY" not in environment(tmp_path)
    monkeypatch.setattr("dojo.notebooks.ask.edition_root", lambda: tmp_path)
    place = environment(tmp_path)["DOJO_HISTORY"]
    assert Path(place).parent == tmp_path / "data" / "backprop-dojo"
    monkeypatch.setenv("DOJO_HISTORY", place)
    History(tmp_path).add_hint("double", None, 1)
    assert History(tmp_path / "elsewhere").read().hints == {("double", ""): 1}
    assert not (tmp_path / ".dojo").exists()


def test_whatever_goes_wrong_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(*_: object, **__: object) -> None:
        raise LookupError("not to be had")

    made_up_course.make(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.setattr(checking, "ask", fail)
    outcome = checking.check("double", Shell("def double(x): 1"))
    assert (outcome.verdict, outcome.passed, outcome.max_points) == ("kit_error", False, None)
    assert outcome.message.startswith("The kit itself failed (LookupError: not to be had).")
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with pytest.raises(CheckError, match="not your fault"):
        checking.check("double", Shell("def double(x): 1"))
